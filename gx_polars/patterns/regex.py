"""Python regexes for Polars' regex engine (placeholder until the translator lands)."""

from __future__ import annotations


def to_rust(pattern: str) -> str:
    """The pattern for Polars."""
    return pattern
