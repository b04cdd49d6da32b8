"""Random draws that depend on nothing but their key, so that any month can be made alone and again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_ALMOST_ONE = 1 - 1e-9  # keeps row + u below the next row's first step, whatever the rounding


def rng_for(seed: int, *key: int) -> np.random.Generator:
    """The child generator of one part (year, month, block) of the data set."""
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=key)))


def uniform_of(ids: Ints, salt: int, seed: int) -> Floats:
    """A uniform number that belongs to each id: the same in every month (splitmix64).

    People come back years later with the same date of birth and ethnicity; hashing their number
    gives that without keeping a register of ten million people in memory.
    """
    mask = (1 << 64) - 1
    start = np.uint64((seed * 0x9E3779B97F4A7C15 + salt * 0xD1B54A32D192ED03) & mask)
    x = ids.astype(np.uint64) + start
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        x = (x ^ (x >> np.uint64(shift))) * np.uint64(factor)
    x ^= x >> np.uint64(31)
    return (x >> np.uint64(11)).astype(np.float64) / float(1 << 53)


class Choice:
    """Picks one of `m` options; each of several rows has its own weights."""

    def __init__(self, weights: Sequence[Sequence[float]] | Sequence[float] | Floats) -> None:
        table = np.atleast_2d(np.asarray(weights, dtype=np.float64))
        steps = np.cumsum(table, axis=1)
        steps /= steps[:, -1:]
        steps[:, -1] = 1.0
        self._options = table.shape[1]
        self._flat = (steps + np.arange(len(table))[:, None]).ravel()

    def pick(self, u: Floats, row: Ints | int = 0) -> Ints:
        """The option under each `u` of the given row of weights."""
        at = np.minimum(u, _ALMOST_ONE) + row
        return np.searchsorted(self._flat, at, side="right").astype(np.int64) - row * self._options


def sigmoid(x: Floats) -> Floats:
    """Log-odds to probability."""
    return np.asarray(1.0 / (1.0 + np.exp(-x)), dtype=np.float64)


def days_since_1900(day: np.datetime64) -> int:
    """Dates are carried as whole days, so that a column of dates is a look-up in a list of strings."""
    return int((day - np.datetime64("1900-01-01", "D")).astype(int))
