"""Why rates differ, who holds the gap and what would help, in sentences that claim no more than the limits allow."""

from __future__ import annotations

from equality.analysis.kitagawa import Part, Split, verdict
from equality.analysis.whatif import Plan
from equality.analysis.words import percent, points, signed


def part_words(part: Part) -> str:
    """A part in points with its limits: `+1.4 points (+0.6 to +2.2)`."""
    return f"{signed(part.value)} points ({signed(part.low)} to {signed(part.high)})"


def reason_headline(split: Split, title: str, ends: tuple[str, str], known_for: tuple[str, str], mix_of: str) -> str:
    """Whether practice or mix explains a difference.

    Args:
        split: the difference A − B.
        title: the characteristic's name.
        ends: what B and A are called, in this order.
        known_for: what stands between the characteristic and a share, as in `is known for`, and whose share it is.
        mix_of: what the mix is made of.
    """
    before, now = ends
    verb, whom = known_for
    start = f"{title} {verb} {percent(split.rate_a)} of {whom} in {now} and {percent(split.rate_b)} in {before}"
    gap = f"{points(split.difference)} {'more' if split.difference > 0 else 'less'}"
    practice, mix = part_words(split.practice), part_words(split.mix)
    said = {
        "practice": f"How it is recorded makes {practice}; the mix of {mix_of} makes {mix}, no more than chance.",
        "mix": f"The mix of {mix_of} makes {mix}; how it is recorded makes {practice}, no more than chance.",
        "both": f"Both carry it: how it is recorded {practice}, the mix of {mix_of} {mix}.",
        "opposed": f"Two things work against each other: how it is recorded {practice}, the mix of {mix_of} {mix}.",
        "unclear": f"Neither is beyond chance on its own: how it is recorded {practice}, the mix of {mix_of} {mix}.",
    }
    kind = verdict(split)
    if kind == "same":
        parts = f"neither how it is recorded, {practice}, nor the mix of {mix_of}, {mix}"
        return f"{start}: {parts}, differs by more than chance."
    return f"{start}, {gap}. {said[kind]}"


def pooled_words(split: Split) -> str:
    """What is said of strata that only one side has; nothing where there are none."""
    if not split.pooled:
        return ""
    return (
        f"{percent(split.pooled)} of the people are in combinations that only one side has: they count as mix, at the "
        "rate of the side that has them."
    )


def pareto_headline(fewest: int, held: float, units: int, missing: int, units_are: str, gap: str) -> str:
    """How few units hold most of the gap."""
    number = f"{fewest} of {units} {units_are}" if units != 1 else f"the only one of the {units_are}"
    verb = "holds" if fewest == 1 else "hold"
    return f"{number[0].upper()}{number[1:]} {verb} {percent(held, 0)} of the {missing:,} people {gap}."


def plan_headline(found: Plan, rate: float, places: str, known: str, *, choice: bool = True) -> str:
    """What the fewest lifts would do, or that no lift reaches the goal.

    Args:
        found: the plan.
        rate: the rate to which places are lifted.
        places: what a place is, many of them, as in `combinations of team and channel`.
        known: what more people would be, as in `known`.
        choice: whether the reader can choose another rate and goal.
    """
    goal, to = percent(found.goal, 0), percent(rate, 0)
    if found.needed == 0:
        return f"The goal of {goal} is reached already: the overall rate is {percent(found.now)}."
    if not found.liftable:
        start = f"No place of enough people is below {to}: lifting to that rate changes nothing."
        return f"{start} Choose a higher one." if choice else start
    count = found.cells.height
    one = "one combination" if count == 1 else f"{count:,} {places}"
    if found.reached:
        return (
            f"Lifting {one} to {to} would reach the goal of {goal}: {found.records:,} people more {known}, from "
            f"{percent(found.now)} to {percent(found.after)} overall."
        )
    below = "the one place" if found.liftable == 1 else f"all {found.liftable:,} places"
    return (
        f"Lifting to {to} cannot reach the goal of {goal}: even {below} below it would give only {found.records:,} "
        f"people more {known} of the {found.needed:,} needed, from {percent(found.now)} to {percent(found.most)} "
        f"overall.{' Choose a higher rate or a nearer goal.' if choice else ''}"
    )
