"""Pure functions over counts: rates and their uncertainty."""
