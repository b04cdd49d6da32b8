"""Briefings for people who read on paper: what is said is composed once, and written in four formats."""
