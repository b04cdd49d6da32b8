"""From a recording system's export to person-role records: profile, read, code, load."""
