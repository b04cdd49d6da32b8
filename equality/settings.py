"""Settings, from environment variables that begin with `EQUALITY_`.

The limits of what may be decided later, on the page, are those of the fields here.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """What a force may set without touching code.

    Attributes:
        store: the folder that holds snapshots and the registry (`EQUALITY_STORE`).
        registry: SQLAlchemy URL of the registry's database, `postgresql://user@host/name`; empty for SQLite in the
            store (`EQUALITY_REGISTRY`).
        profiles: the folder of the force's own profiles, beside those that come with the project
            (`EQUALITY_PROFILES`).
        briefings: the folder of the force's own presets of briefings, beside those that come with the project
            (`EQUALITY_BRIEFINGS`).
        retention_days: `purge` removes the records of extracts that are older; None until a force has decided
            (`EQUALITY_RETENTION_DAYS`).
        drift_fewer_rows: a warning if an extract has this share fewer rows than the one before
            (`EQUALITY_DRIFT_FEWER_ROWS`).
        drift_blank: a warning if a field that was not is now blank in this share of records
            (`EQUALITY_DRIFT_BLANK`).
        drift_unmapped: a warning if the share of records with a label that is not recognised rises by this much
            in any field (`EQUALITY_DRIFT_UNMAPPED`).
        inbox: a folder on the server from which the Exports page may load files; empty for none (`EQUALITY_INBOX`).
        minimum_n: a rate of fewer people is not shown but called "too few" (`EQUALITY_MINIMUM_N`).
        disclosure_threshold: viewers' figures below it that are not 0 are suppressed
            (`EQUALITY_DISCLOSURE_THRESHOLD`).
        disclosure_base: viewers' figures are multiples of it (`EQUALITY_DISCLOSURE_BASE`).
        disclosure_dimensions: how many dimensions beside month and role viewers may combine
            (`EQUALITY_DISCLOSURE_DIMENSIONS`).
        disclosure_key: the secret of the rounding; empty for `disclosure.key` in the store, which is made when first
            needed (`EQUALITY_DISCLOSURE_KEY`).
        identity_claim: the claim of the ID token that names a person (`EQUALITY_IDENTITY_CLAIM`).
        roles_claim: the claim that lists somebody's groups; empty where roles come from the table only
            (`EQUALITY_ROLES_CLAIM`).
        roles_by_claim: group → role, as JSON (`EQUALITY_ROLES_BY_CLAIM`).
        session_hours: after so many hours somebody has to sign in again (`EQUALITY_SESSION_HOURS`).
        audit_anchor: the file that keeps the audit log's length and hashes outside the database; empty for
            `audit.anchor` in the store (`EQUALITY_AUDIT_ANCHOR`).
        audit_reason_required: whether record-level views, downloads, assignments, purges and changes of settings or
            roles need a reason (`EQUALITY_AUDIT_REASON_REQUIRED`).
    """

    model_config = SettingsConfigDict(env_prefix="EQUALITY_", frozen=True)

    store: Path = ROOT / "data" / "store"
    registry: str = ""
    profiles: Path = ROOT / "data" / "own_profiles"
    briefings: Path = ROOT / "data" / "own_briefings"
    retention_days: int | None = Field(default=None, ge=1, le=36_500)
    drift_fewer_rows: float = Field(default=0.4, gt=0, le=1)
    drift_blank: float = Field(default=0.995, gt=0, le=1)
    drift_unmapped: float = Field(default=0.1, gt=0, le=1)
    inbox: str = ""
    minimum_n: int = Field(default=20, ge=8, le=1000)
    disclosure_threshold: int = Field(default=8, ge=5, le=100)
    disclosure_base: int = Field(default=5, ge=5, le=100)
    disclosure_dimensions: int = Field(default=2, ge=1, le=2)
    disclosure_key: str = Field(default="", repr=False)
    identity_claim: str = "email"
    roles_claim: str = ""
    roles_by_claim: dict[str, Literal["viewer", "analyst", "administrator"]] = Field(default_factory=dict)
    session_hours: float = Field(default=8.0, gt=0, le=24 * 30)
    audit_anchor: str = ""
    audit_reason_required: bool = False


@functools.cache
def settings() -> Settings:
    """The settings of this process: its environment's, and defaults.

    What a force decided on the page (`equality.choices`) is laid over them by `equality.choices.in_force.in_force`:
    ask that wherever an administrator may choose.
    """
    return Settings()
