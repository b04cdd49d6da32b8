"""What a reader sees of one snapshot within a selection, and what the analyses make of it: for pages and briefings."""
