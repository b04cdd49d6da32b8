"""Great Expectations without analytics, and without the warnings that importing it gives."""

from __future__ import annotations

import os
import warnings

os.environ["GX_ANALYTICS_ENABLED"] = "false"

with warnings.catch_warnings():
    # GX 1.24 imports sre_constants, which Python 3.11 calls deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    import great_expectations  # noqa: F401
