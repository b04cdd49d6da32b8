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


class LoadCancelledError(EqualityError):
    """A load was cancelled by the user; it left nothing."""


class WarningsNotAcceptedError(EqualityError):
    """An export differs so much from the one before that someone has to look at it first.

    Attributes:
        warnings: a sentence for each difference.
    """

    def __init__(self, warnings: tuple[str, ...]) -> None:
        self.warnings = warnings
        super().__init__(
            f"Nothing was loaded: {len(warnings)} warning{'s' if len(warnings) > 1 else ''} to look at first. "
            f"{' '.join(warnings)} If this is as it should be, accept the warnings (--accept-warnings)."
        )


class AuditError(EqualityError):
    """An act cannot be written to the audit log, and therefore does not happen."""


class DeniedError(EqualityError):
    """Somebody asked for what their role may not see or do."""
