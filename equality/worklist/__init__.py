"""Worklists: the records behind a figure, and who mends them."""
