"""Text patterns of other languages (Python's regexes, SQL's LIKE, strftime) for Polars' regex engine."""
