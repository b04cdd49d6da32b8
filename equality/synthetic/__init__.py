"""A synthetic, Athena-shaped export of a police recording system: seeded, and marked in every row.

No open export of a UK force has teams, religion, orientation or disability per person. This one is
made up: no record belongs to a person. `docs/synthetic.md` says what it holds and what is planted.
"""

from equality.synthetic.series import generate

__all__ = ["generate"]
