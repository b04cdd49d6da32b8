"""What a viewer may see of counts: the one place that decides it.

Whoever may ask for every slice can subtract slices: independent rounding of each exact sum gives a small count back
as the average of many differences, and so does showing which slices are 0. So a viewer's figures are made of
**blocks**, each rounded once, and everything else is their sum:

1. A block is what one month and role have of one value of every dimension that the slice names (at most
   `Rule.dimensions`).
2. Its count x becomes a multiple of `base` next to it, `base * floor(x / base + u)`. u is between 0 and 1, the same for
   the same records wherever they are asked for: the sum of secret keys of its cells. So 0 stays 0, the average is
   right, and asking again, in another view or another extract, gives the same answer while the records are the same
   (the cell-key method of the Australian Bureau of Statistics, with random rounding).
3. Slices are sums of blocks; what then is below `threshold` but not 0 is suppressed.

No step but the second reads an exact count. What can be computed from figures, however many, is therefore a function of
the rounded blocks, of which a count below `base` is either 0 or `base`. docs/definitions.md says it in plain words, and
tests/protection/test_attack.py attacks it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from equality.errors import StoreError
from equality.measures.counts import KINDS, SUPPRESSED, characteristics_of, column
from equality.measures.dimensions import DIMENSIONS, Selection
from equality.measures.states import APPLICABLE_STATES
from equality.settings import Settings, settings

MARKER: Final = SUPPRESSED
"""Stands where a figure is suppressed."""
_KEY: Final = "_key"
_MODULUS: Final = 1 << 31
_KEPT: Final = 12
"""Tables of blocks that are kept for a snapshot: a reader goes back and forth between a few."""
_ALWAYS: Final = ("month", "role")
"""Dimensions that every block has; `Rule.dimensions` does not count them."""


@dataclass(frozen=True)
class Rule:
    """The thresholds.

    Attributes:
        threshold: figures below it that are not 0 are suppressed.
        base: figures are multiples of it.
        dimensions: how many dimensions beside month and role a slice may name.
    """

    threshold: int = 8
    base: int = 5
    dimensions: int = 2

    @property
    def sentence(self) -> str:
        """The rule in words, for readers."""
        return (
            f"Figures are rounded to multiples of {self.base}, by month and unit, so that nobody can be singled out. "
            f"{MARKER} is a figure below {self.threshold}, or a rate of too few people; 0 is none or next to none. "
            "Rates are of rounded figures."
        )


def rule(given: Settings) -> Rule:
    """The rule that settings give: those in force, or those that a briefing was made with."""
    return Rule(given.disclosure_threshold, given.disclosure_base, given.disclosure_dimensions)


class Disclosure:
    """The counts of one snapshot as viewers may see them."""

    def __init__(self, counts: pl.DataFrame, secret: bytes, given: Rule) -> None:
        """Take the stored counts.

        Args:
            counts: wide, as `equality.measures.counts` stores them.
            secret: of the store; whoever knows it and the dimensions can undo the rounding of a single cell.
            given: the thresholds.
        """
        self.rule = given
        self._dimensions = [name for name in DIMENSIONS if name in counts.columns]
        self._counts = counts.with_columns(_keys(counts, [*self._dimensions, "flags"], secret))
        self._columns = [column(c, kind) for c in characteristics_of(counts.columns) for kind in KINDS]
        self._blocks: OrderedDict[tuple[str, ...], pl.DataFrame] = OrderedDict()
        self._holding = threading.Lock()

    def refuses(self, by: Sequence[str], selection: Selection) -> bool:
        """Whether a slice names more dimensions than viewers may combine."""
        return len(self._named(by, selection)) > self.rule.dimensions

    def slice(self, *, by: Sequence[str] = (), characteristics: Sequence[str], selection: Selection) -> pl.DataFrame:
        """The same columns as `slice_counts` gives, protected: null is what is suppressed.

        A slice of more dimensions than viewers may combine has no groups; without groups all of it is suppressed.
        """
        refused = self.refuses(by, selection)
        named = () if refused else self._named(by, selection)
        # What is refused keeps its columns, and has no rows.
        chosen = self._rounded(by, named).lazy().filter(pl.lit(False) if refused else selection.predicate())
        sums = [pl.col(column(c, kind)).sum() for c in characteristics for kind in KINDS]
        wide = (chosen.group_by(list(by)).agg(sums) if by else chosen.select(sums)).collect()
        parts = [self._long(wide, by, name, order, refused=refused) for order, name in enumerate(characteristics)]
        return pl.concat(parts).sort([*by, "_order"]).drop("_order")

    def _rounded(self, by: Sequence[str], named: Sequence[str]) -> pl.DataFrame:
        """Every block of these dimensions, rounded: the same for every filter, so it is kept."""
        wanted = {*_ALWAYS, *by, *named}
        blocks = tuple(name for name in (*self._dimensions, "flags") if name in wanted)
        with self._holding:
            if blocks in self._blocks:
                self._blocks.move_to_end(blocks)
                return self._blocks[blocks]
        made = self._counts.lazy().group_by(blocks).agg(rounded_sums(self._columns, self.rule.base)).collect()
        with self._holding:
            self._blocks[blocks] = made
            while len(self._blocks) > _KEPT:
                self._blocks.popitem(last=False)
        return made

    def _named(self, by: Sequence[str], selection: Selection) -> list[str]:
        named = [*by, *(name for name, values in selection.where.items() if values)]
        named += ["flags"] if selection.flags else []
        return [name for name in dict.fromkeys(named) if name not in _ALWAYS]

    def _long(self, wide: pl.DataFrame, by: Sequence[str], name: str, order: int, *, refused: bool) -> pl.DataFrame:
        recoverable = self._counts[column(name, "recoverable_cells")]
        long = wide.select(
            *by,
            pl.lit(name).alias("characteristic"),
            pl.sum_horizontal(pl.col(column(name, s)).cast(pl.Int64) for s in APPLICABLE_STATES).alias("applicable"),
            *(pl.col(column(name, kind)).cast(pl.Int64).alias(kind) for kind in KINDS),
            pl.lit(order).alias("_order"),
        ).with_columns(
            # Parts are rounded like their wholes, and may come out larger.
            not_understood=pl.min_horizontal("not_understood", "not_obtained"),
            recoverable_cells=pl.min_horizontal("recoverable_cells", pl.col("blank") + pl.col("unknown"))
            if recoverable.null_count() < recoverable.len()
            else pl.lit(None, pl.Int64),
        )
        if by:
            # That a group has somebody is itself a figure.
            long = long.filter((pl.col("applicable") > 0) | (pl.col("not_applicable") > 0))
        kinds = ["applicable", *KINDS]
        small = pl.col("applicable").is_between(1, self.rule.threshold - 1)
        return long.with_columns(
            pl.when(pl.lit(refused) | small | pl.col(kind).is_between(1, self.rule.threshold - 1))
            .then(None)
            .otherwise(pl.col(kind))
            .alias(kind)
            for kind in kinds
        )


def rounded_sums(names: Sequence[str], base: int) -> list[pl.Expr]:
    """Aggregations that give each group's sum of these columns, rounded by the keys of its rows (`_key`)."""
    made = []
    for name in names:
        counted = pl.col(name).cast(pl.Int64).fill_null(0)
        # Whole numbers throughout: the same on every machine.
        key = (counted * pl.col(_KEY)).sum() % _MODULUS
        made.append(((counted.sum() * _MODULUS + base * key) // (base * _MODULUS) * base).cast(pl.Int32).alias(name))
    return made


def protected_rows(table: pl.DataFrame, counts: Sequence[str], secret: bytes, given: Rule) -> pl.DataFrame:
    """A table of counts, each row of which is a block: rounded row by row; rows that come out as nothing are left out.

    Args:
        table: its columns that are no counts say what a row is of.
        counts: names of its columns that are counts.
        secret: of the store.
        given: the thresholds.
    """
    labels = [name for name in table.columns if name not in counts]
    keyed = table.with_columns(_keys(table, labels, secret), pl.int_range(pl.len()).alias("_row"))
    rounded = keyed.group_by([*labels, "_row"]).agg(rounded_sums(counts, given.base)).sort("_row")
    held = pl.any_horizontal(pl.col(name) > 0 for name in counts)
    return rounded.filter(held).select(pl.col(name).cast(table[name].dtype) for name in table.columns)


def marked(value: int | None) -> str:
    """A figure as text, or the marker."""
    return MARKER if value is None else f"{value:,}"


def secret_of(store: Path) -> bytes:
    """The key of a store: of the setting `EQUALITY_DISCLOSURE_KEY`, else of a file that is made when first needed.

    Raises:
        StoreError: if there is none and none can be made.
    """
    if settings().disclosure_key:
        return settings().disclosure_key.encode()
    path = store / "disclosure.key"
    try:
        if not path.exists():
            # Written aside and linked, so that two processes cannot each have one of their own.
            aside = path.with_name(f".{secrets.token_hex(8)}.key")
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
            try:
                os.link(aside, path)
            except FileExistsError:
                pass
            finally:
                aside.unlink()
        return path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"{path}: the key that protects small numbers can be neither read nor made ({error.strerror}); let the "
            "dashboard write to the store, or set EQUALITY_DISCLOSURE_KEY."
        ) from error


def _keys(frame: pl.DataFrame, labels: Sequence[str], secret: bytes) -> pl.Series:
    """A key per row, between 0 and 2^31, from the values of its labels and nothing else."""
    mixed = np.zeros(frame.height, dtype=np.uint64)
    for label in labels:
        if label in frame.columns:
            texts = frame[label].cast(pl.String).fill_null("\0")
            distinct = texts.unique(maintain_order=True)
            hashed = [_hash(secret, label, text) for text in distinct]
            each = texts.replace_strict(distinct, pl.Series(hashed, dtype=pl.UInt64), return_dtype=pl.UInt64)
            mixed += each.to_numpy()
    # The finaliser of SplitMix64 (Steele, Lea and Flood 2014): sums of the hashes of values become unrelated numbers.
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return pl.Series(_KEY, (mixed >> np.uint64(33)).astype(np.int64))


def _hash(secret: bytes, label: str, text: str) -> int:
    said = f"{label}\0{text}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(said, digest_size=8, key=hashlib.sha256(secret).digest()).digest())


__all__ = ["MARKER", "Disclosure", "Rule", "marked", "protected_rows", "rule", "secret_of"]
