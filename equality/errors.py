"""The errors that this package raises for reasons a user can mend."""

from __future__ import annotations


class EqualityError(Exception):
    """Base of all errors that a user can mend; the message says what, where and what to do."""


class ProfileError(EqualityError):
    """A recording-system profile is missing or does not say what it must."""


class ExportError(EqualityError):
    """An export cannot be read, or does not fit its profile."""


class StoreError(EqualityError):
    """The store lacks what was asked for, or cannot be written."""
