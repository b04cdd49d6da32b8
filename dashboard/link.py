"""What a page shows, as the parameters of its link: the address is the whole state, nothing else remembers it.

A parameter that is left out means its default, so a page's plain address shows the default view. Parameters come
from anyone who sends a link: what they say is checked against what the snapshot holds, and what is not understood
falls back to the default with a sentence that says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from equality.measures.counts import RATES
from equality.measures.dimensions import Selection, shift_month

FILTERS: Final = ("lpa", "lpa_then", "area", "team", "crime_group", "crime_subgroup", "channel")
"""Dimensions that a link may narrow; parameters carry the same names."""

UNITS: Final = ("area", "team", "crime_group", "crime_subgroup", "channel", "role", "month", "lpa", "lpa_then")
"""Dimensions by which Gaps may list its rows."""

LADDER: Final = ("area", "team", "crime_group", "crime_subgroup", "channel", "month")
"""The order of drilling: a click goes to the next dimension that the source holds."""

SINGLE: Final = ("source", "from", "to", "role", "characteristic", "measure", "by")
MULTIPLE: Final = (*FILTERS, "flag", "drill")
OWN: Final = (
    "rates",
    "limits",
    "split",
    "against",
    "unit",
    "other",
    "reach",
    "goal",
    "step",
    "basis",
    "chart",
    "event",
    "answer",
    "preset",
    "until",
    "click",
    "of",
    "state",
    "sort",
    "page",
    "part",
    "list",
    "sample",
)
"""Parameters that mean something on single pages: carried along as they are, read with `own_choice` or `own_number`."""
LONGEST_ECHO: Final = 40
"""Characters of a value that was not understood which are repeated on screen."""


@dataclass(frozen=True)
class Options:
    """What a snapshot holds and a link may therefore ask for.

    Attributes:
        source: id of the source.
        months: every month of the data, in order.
        roles: roles that occur, the headline role first.
        values: dimension → its values, for each dimension that the export holds.
        flags: crime flags that occur.
        characteristics: those that are measured, in the catalogue's order.
    """

    source: str
    months: tuple[str, ...]
    roles: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]
    flags: tuple[str, ...]
    characteristics: tuple[str, ...]

    @property
    def units(self) -> tuple[str, ...]:
        """Dimensions by which rows may be listed: those with something to compare, and months."""
        held = [d for d in UNITS if len(self.values.get(d, ())) > 1]
        return tuple(held) if held else ("month",)


@dataclass(frozen=True)
class View:
    """Everything a link says.

    Attributes:
        source: id of the source.
        first: first month, inclusive.
        last: last month, inclusive.
        role: role of the people counted.
        where: dimension → chosen values.
        flags: crime flags, any of which a record must carry.
        characteristic: the one in focus.
        measure: the rate shown.
        by: the dimension that Gaps lists.
        drill: dimensions drilled through, in order; each has exactly one value in `where`.
        own: what single pages ask beyond that, parameter of `OWN` → its text, which nobody has checked yet.
    """

    source: str
    first: str
    last: str
    role: str
    characteristic: str
    measure: str = "known"
    by: str = "month"
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    drill: tuple[str, ...] = ()
    own: Mapping[str, str] = field(default_factory=dict)

    def selection(self) -> Selection:
        """The slice of the counts that this view shows."""
        return Selection(
            period=(self.first, self.last),
            where={"role": (self.role,)} | dict(self.where),
            flags=self.flags,
        )

    def narrowed(self, dimension: str, values: Sequence[str]) -> View:
        """The view with one filter set (no values: lifted); drill steps that this breaks are dropped."""
        where = {k: v for k, v in self.where.items() if k != dimension}
        if values:
            where[dimension] = tuple(values)
        kept = []
        for step in self.drill:
            if len(where.get(step, ())) != 1:
                break
            kept.append(step)
        return replace(self, where=where, drill=tuple(kept))

    def own_choice(self, name: str, allowed: Sequence[str]) -> str:
        """A page's own parameter: the one that the link asks for if it is allowed, else the first that is.

        Raises:
            IndexError: if nothing is allowed.
        """
        asked = self.own.get(name, "")
        return asked if asked in allowed else allowed[0]

    def own_number(self, name: str, low: int, high: int, usual: int) -> int:
        """A page's own whole number: the one that the link asks for, if it is one within the limits."""
        asked = self.own.get(name, "")
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else usual
        return number if low <= number <= high else usual

    def with_own(self, name: str, value: str, usual: str = "") -> View:
        """The view with one of a page's own parameters set; the usual value needs none."""
        own = {k: v for k, v in self.own.items() if k != name}
        return replace(self, own=own if value == usual else own | {name: value})

    def drilled(self, unit: str, characteristic: str, options: Options) -> View:
        """One level down: the rows' dimension narrowed to one unit, and the next dimension listed."""
        if self.by == "role":
            inside, drill = replace(self, role=unit), self.drill
        elif self.by == "month":
            inside, drill = replace(self, first=unit, last=unit), self.drill
        else:
            inside = replace(self, where=dict(self.where) | {self.by: (unit,)})
            drill = (*(step for step in self.drill if step != self.by), self.by)
        following = next_unit(self.by, inside.where, options)
        return replace(inside, drill=drill, characteristic=characteristic, by=following)

    def undrilled(self, depth: int) -> View:
        """Back to the level at which `depth` steps had been taken."""
        left = self.drill[depth:]
        where = {k: v for k, v in self.where.items() if k not in left}
        return replace(self, where=where, drill=self.drill[:depth], by=left[0] if left else self.by)


def next_unit(by: str, where: Mapping[str, Sequence[str]], options: Options) -> str:
    """The dimension to list after drilling through `by`: the next on the ladder that is still open."""
    *ladder, last = LADDER
    start = ladder.index(by) + 1 if by in ladder else 0
    for dimension in (*ladder[start:], *ladder[:start], last):
        still_open = dimension in options.units and not where.get(dimension)
        if still_open and dimension != by:
            return dimension
    return by


def default_view(options: Options) -> View:
    """What a page shows if the link asks for nothing: the last 12 months, the headline role, the first field."""
    last = options.months[-1]
    first = max(options.months[0], shift_month(last, -11))
    return View(
        source=options.source,
        first=first,
        last=last,
        role=options.roles[0],
        characteristic=options.characteristics[0],
        by=next((d for d in LADDER if d in options.units), options.units[0]),
    )


def read(params: Mapping[str, Sequence[str]], options: Options) -> tuple[View, list[str]]:
    """The view that a link asks for.

    Args:
        params: parameter → its values, as they stand in the address.
        options: what the snapshot holds.

    Returns:
        The view, and a sentence for each thing that was not understood.
    """
    default = default_view(options)
    notices: list[str] = []

    def one(name: str, allowed: Sequence[str], fallback: str) -> str:
        given = [v for v in params.get(name, ()) if v]
        if not given or given[-1] in allowed:
            return given[-1] if given else fallback
        notices.append(f"{_name(name)} “{_echo(given[-1])}” is not in this data: showing the usual view of it.")
        return fallback

    def many(name: str, allowed: Sequence[str]) -> tuple[str, ...]:
        given = list(dict.fromkeys(v for v in params.get(name, ()) if v))
        unknown = [v for v in given if v not in allowed]
        if unknown:
            others = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
            notices.append(f"{_name(name)} “{_echo(unknown[0])}”{others} is not in this data: left out.")
        return tuple(v for v in given if v in allowed)

    first = one("from", options.months, default.first)
    last = one("to", options.months, default.last)
    if first > last:
        notices.append("The period ran backwards: its two ends were swapped.")
        first, last = last, first
    where = {d: values for d in FILTERS if (values := many(d, options.values.get(d, ())))}
    view = View(
        source=options.source,
        first=first,
        last=last,
        role=one("role", options.roles, default.role),
        characteristic=one("characteristic", options.characteristics, default.characteristic),
        measure=one("measure", RATES, default.measure),
        by=one("by", options.units, default.by),
        where=where,
        flags=many("flag", options.flags),
        own={name: given[-1] for name in OWN if (given := [v for v in params.get(name, ()) if v])},
    )
    drill = tuple(d for d in dict.fromkeys(params.get("drill", ())) if len(where.get(d, ())) == 1)
    unread = [name for name in params if name not in (*SINGLE, *MULTIPLE, *OWN)]
    if unread:
        notices.append(f"“{_echo(unread[0])}” in the link means nothing here: ignored.")
    return replace(view, drill=drill), notices


def write(view: View, options: Options | None = None, default_source: str = "") -> dict[str, list[str]]:
    """The parameters of a view.

    Args:
        view: what to show.
        options: leave out what equals the default of these options; None writes everything, for a link that
            is to show the same months when newer data has been loaded.
        default_source: the source that needs no parameter.
    """
    named = {
        "source": view.source,
        "from": view.first,
        "to": view.last,
        "role": view.role,
        "characteristic": view.characteristic,
        "measure": view.measure,
        "by": view.by,
    }
    if options is not None:
        usual = default_view(options)
        defaults = {
            "source": default_source,
            "from": usual.first,
            "to": usual.last,
            "role": usual.role,
            "characteristic": usual.characteristic,
            "measure": usual.measure,
            "by": usual.by,
        }
        named = {name: value for name, value in named.items() if value != defaults[name]}
    params = {name: [value] for name, value in named.items()}
    params |= {dimension: list(values) for dimension, values in view.where.items() if values}
    params |= {name: [value] for name, value in view.own.items()}
    if view.flags:
        params["flag"] = list(view.flags)
    if view.drill:
        params["drill"] = list(view.drill)
    return params


def _echo(value: str) -> str:
    shown = "".join(c if c.isprintable() else " " for c in value)
    return shown if len(shown) <= LONGEST_ECHO else shown[:LONGEST_ECHO] + "…"


def _name(parameter: str) -> str:
    names = {
        "from": "First month",
        "to": "Last month",
        "lpa": "Local policing area",
        "lpa_then": "Local policing area when recorded",
        "area": "District",
        "crime_group": "Crime group",
        "crime_subgroup": "Crime type",
        "by": "Dimension",
    }
    return names.get(parameter, parameter.capitalize())
