"""No sentence says more than its figures: random slices, judged by a plain reckoning beside."""

from __future__ import annotations

import random
import re
from math import ceil, sqrt

import polars as pl
import pytest
from briefing_ordering import ordered
from briefing_reading import numbers

from equality.briefing import summary
from equality.briefing.order import carry_out
from equality.briefing.preset import presets
from equality.briefing.subject import Subject
from equality.measures.catalogue import characteristics
from equality.measures.counts import slice_counts
from equality.measures.dimensions import Selection, months_between, shift_month
from equality.protection.disclosure import Disclosure, secret_of
from equality.reading.figures import Figures
from equality.reading.stored import Stored
from equality.store.registry import Registry
from equality.store.snapshot import Snapshot

SLICES = 500
Z = 1.959963984540054


def wilson(x: int, n: int) -> tuple[float, float, float]:
    p = x / n
    centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return p, max(0.0, centre - half), min(1.0, centre + half)


def change(now: tuple[int, int], before: tuple[int, int]) -> tuple[float, float, float]:
    (p1, l1, u1), (p2, l2, u2) = wilson(*now), wilson(*before)
    d = p1 - p2
    return d, d - sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2), d + sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)


def known(figures: Figures, selection: Selection, name: str) -> tuple[int, int]:
    row = slice_counts(figures.counts, characteristics=[name], selection=selection).row(0, named=True)
    return row["valid"], row["applicable"]


@pytest.mark.parametrize("source", ["athena", "stop_and_search"])
def test_no_sentence_contradicts_its_figures(registry: Registry, source: str) -> None:
    snapshot = registry.latest(source)
    assert snapshot
    counts = registry.counts(snapshot).collect()
    held = {name: characteristics()[name] for name in snapshot.characteristics}
    rng = random.Random(source)
    months = months_between(*snapshot.months)
    dimensions = [d for d in ("area", "team", "crime_subgroup", "channel") if d in counts.columns]
    told = {"up": 0, "down": 0, "no change": 0, "too few": 0}
    acts = 0
    for number in range(SLICES // 2):
        length = rng.choice([1, 3, 6])
        last = rng.choice(months[length - 1 :])
        where = {"role": (rng.choice(counts["role"].unique().sort().to_list()),)}
        for dimension in rng.sample(dimensions, rng.randint(0, min(2, len(dimensions)))):
            where[dimension] = (rng.choice(counts[dimension].unique().sort().to_list()),)
        name = rng.choice(list(held))
        selection = Selection((shift_month(last, 1 - length), last), where)
        figures = _figures(registry, snapshot, counts, selection, name)
        subject = Subject(figures, presets()["public-contact-weekly"])
        doing = summary.doing(subject)
        now = known(figures, selection, name)
        before = known(figures, figures.earlier, name) if figures.earlier else (0, 0)
        told[judge(doing.finding, doing.points, now, before, held[name].target)] += 1
        if number % 5 == 0:
            acts += judge_actions(summary.actions(subject).points, now)
    for name in held:
        # In slices as small as these, places below the usual by more than chance are few.
        selection = Selection(snapshot.months, {"role": (snapshot.headline_role,)})
        figures = _figures(registry, snapshot, counts, selection, name)
        subject = Subject(figures, presets()["public-contact-weekly"])
        acts += judge_actions(summary.actions(subject).points, known(figures, selection, name))
    assert min(told["no change"], told["too few"]) > 10, told
    assert sum(told.values()) == SLICES // 2
    # Of stop and search hardly any place is below the usual by more than chance.
    assert acts > (10 if source == "athena" else -1)


def _figures(registry: Registry, snapshot: Snapshot, counts: pl.DataFrame, selection: Selection, name: str) -> Figures:
    dimensions = [d for d in ("area", "team", "crime_subgroup", "channel") if d in counts.columns]
    return Figures(
        snapshot=snapshot,
        counts=counts,
        catalogue={name: characteristics()[name]},
        selection=selection,
        minimum_n=20,
        evidence=Stored(registry, snapshot, (snapshot,)),
        focus=name,
        values={d: counts[d].unique().to_list() for d in dimensions},
    )


def judge(finding: str, points: tuple[str, ...], now: tuple[int, int], before: tuple[int, int], target: float) -> str:
    x, n = now
    if n < 20:
        assert finding.startswith("Too few to say")
        assert not points
        return "too few"
    share, low, high = wilson(x, n)
    assert f"{x:,} of {n:,} " in finding
    assert f"{100 * low:.1f}–{100 * high:.1f}" in finding
    if 0 < round(100 * share) < 100:
        assert f"{round(100 * share)} in 100" in finding
    reached = next(point for point in points if point.startswith("The target"))
    assert (low >= target) == reached.endswith("it is reached.")
    assert (high < target) == ("it is not reached" in reached)
    if before[1] < 20:
        assert not re.search(r", (up|down) |no change beyond chance", finding)
        return "no change"
    difference, least, most = change(now, before)
    assert (least > 0) == (", up " in finding)
    assert (most < 0) == (", down " in finding)
    assert (least <= 0 <= most) == ("no change beyond chance" in finding)
    if least > 0 or most < 0:
        assert f"{abs(100 * difference):.1f}" in numbers(finding)
        return "up" if least > 0 else "down"
    return "no change"


ACTION = re.compile(
    r": known for ([\d,]+) of ([\d,]+) people, [\d.]+%. At (\d+)%, ([\d,]+) more would be known: ([\d.]+)% overall.$"
)


def judge_actions(points: tuple[str, ...], now: tuple[int, int]) -> int:
    """How many of the points say what a lift would do; each must be what it says, and beyond chance."""
    judged = 0
    for point in points:
        if found := ACTION.search(point):
            hits, n, usual, gain = (int(text.replace(",", "")) for text in found.groups()[:4])
            assert gain == ceil(usual * n / 100 - 1e-9) - hits
            assert found[5] == f"{100 * (now[0] + gain) / now[1]:.1f}"
            assert wilson(hits, n)[2] < usual / 100
            judged += 1
    return judged


def test_tables_equal_the_counts(registry: Registry) -> None:
    order = ordered(registry, "public-contact-weekly")
    briefing = carry_out(order, registry)
    snapshot = registry.snapshot(order.snapshot)
    assert snapshot
    counts = registry.counts(snapshot)
    selection = Selection(order.period, {"role": (order.role,)})
    teams = next(s.table for s in briefing.sections if s.title == "Which teams hold the gap?")
    assert teams
    by_hand = {
        row["team"]: row
        for row in slice_counts(counts, by=["team"], characteristics=["ethnicity"], selection=selection).to_dicts()
    }
    assert len(teams.rows) == sum(row["applicable"] > 0 for row in by_hand.values())
    for name, n, hits, missing, *_ in teams.rows:
        row = by_hand[str(name)]
        assert (n, hits, missing) == (row["applicable"], row["valid"], row["applicable"] - row["valid"])


def test_readers_of_rounded_figures_get_no_exact_count(registry: Registry) -> None:
    briefing = carry_out(ordered(registry, "pcc-monthly"), registry)
    for _, table in briefing.tables():
        for row in table.rows:
            for value, column in zip(row, table.columns, strict=True):
                if column.kind == "count" and not isinstance(value, str):
                    assert value is not None
                    assert value % 5 == 0
                    assert value == 0 or value >= 8 or column.title in {"Not known", "More people known"}


COUNT = re.compile(r"(?<![\w.,(+−–-])(\d[\d,]*)(?= (?:of \d|people|more|not known|of the))|(?<=of )(\d[\d,]*)(?= )")


@pytest.mark.parametrize("preset", [name for name, preset in presets().items() if preset.audience == "viewer"])
def test_what_is_reckoned_of_rounded_figures_is_rounded_too(registry: Registry, preset: str) -> None:
    briefing = carry_out(ordered(registry, preset), registry)
    seen = 0
    for section in briefing.sections:
        for sentence in (section.finding, *section.points):
            for match in COUNT.finditer(sentence):
                value = int((match[1] or match[2]).replace(",", ""))
                # Of a hundred people, and of so many months or places, is not of people.
                if (
                    sentence[match.start() : match.end() + 4].endswith(" in ")
                    or "places" in sentence[match.end() :][:8]
                ):
                    continue
                assert value % 5 == 0, sentence
                seen += 1
    assert seen > 10


@pytest.mark.parametrize("preset", list(presets()))
def test_one_thing_has_one_rate_in_a_briefing(registry: Registry, preset: str) -> None:
    order = ordered(registry, preset)
    briefing = carry_out(order, registry)
    said = " ".join(" ".join((s.finding, *s.points)) for s in briefing.sections)
    overall = set(re.findall(r"from ([\d.]+)% to [\d.]+%(?= overall|\.$|\. )", " ".join(_rates_of_all(said))))
    assert len(overall) == 1, overall
    (rate,) = overall
    table = next(t for s, t in briefing.tables() if s.title == "How complete is each characteristic?")
    row = next(row for row in table.rows if str(row[0]).startswith("Ethnicity (self"))
    assert float(rate) == row[4]
    counted = re.search(r": ([\d,]+) of ([\d,]+) people\.$", briefing.sections[0].finding)
    assert counted
    hits, n = (int(text.replace(",", "")) for text in counted.groups())
    assert f"{100 * hits / n:.1f}" == rate


def _rates_of_all(said: str) -> list[str]:
    return re.findall(r"(?:take the overall rate|needed,|more known,) from [\d.]+% to [\d.]+%(?: overall)?\.", said)


@pytest.mark.parametrize("preset", list(presets()))
def test_every_table_of_characteristics_is_what_its_audience_may_see(registry: Registry, preset: str) -> None:
    order = ordered(registry, preset)
    briefing = carry_out(order, registry)
    snapshot = registry.snapshot(order.snapshot)
    assert snapshot
    counts = registry.counts(snapshot).collect()
    selection = Selection(order.period, {"role": (order.role,)})
    names = order.preset.characteristics or snapshot.characteristics
    if order.preset.audience == "exact":
        seen = slice_counts(counts, characteristics=names, selection=selection)
    else:
        seen = Disclosure(counts, secret_of(registry.store), order.rule).slice(
            characteristics=names, selection=selection
        )
    by_title = {characteristics()[row["characteristic"]].title: row for row in seen.to_dicts()}
    table = next(t for s, t in briefing.tables() if s.title == "How complete is each characteristic?")
    assert len(table.rows) == len(by_title)
    for title, n, hits, missing, share, *_ in table.rows:
        row = by_title[str(title)]
        assert (n, hits) == (row["applicable"], row["valid"])
        assert missing == row["applicable"] - row["valid"]
        assert share == pytest.approx(100 * row["valid"] / row["applicable"], abs=0.05)
