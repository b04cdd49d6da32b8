"""`python -m equality`."""

from equality.cli import app

app()
