"""Settings, from environment variables that begin with `EQUALITY_`."""

from __future__ import annotations

import functools
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """What a force may set without touching code.

    Attributes:
        store: the folder that holds snapshots and the registry (`EQUALITY_STORE`).
        minimum_n: a rate of fewer people is not shown but called "too few" (`EQUALITY_MINIMUM_N`).
    """

    model_config = SettingsConfigDict(env_prefix="EQUALITY_", frozen=True)

    store: Path = ROOT / "data" / "store"
    minimum_n: int = Field(default=20, ge=1)


@functools.cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
