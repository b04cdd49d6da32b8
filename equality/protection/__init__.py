"""Who may see and do what, what viewers see of small numbers, and the log of who did it."""
