"""Every planted fact is measurable by a plain group-by, and nothing else changes."""

from __future__ import annotations

from datetime import date, timedelta
from math import sqrt

import polars as pl
import pytest
from synthetic_reading import UNTIL, channel

from equality.synthetic import planted
from equality.synthetic.offences import COERCIVE, PRACTICES, load_offences
from equality.synthetic.teams import TEAMS

TRAINING = planted.training_date(UNTIL)
DUMPING = planted.dumping_date(UNTIL)
LIFTED = {"ethnicity": "Self Defined Ethnicity", "religion": "Religion or Belief", "disability": "Disability"}
UNMOVED = ("Sex", "Nationality", "Marital Status", "Officer Observed Ethnicity", "Sexual Orientation")


def difference(frame: pl.DataFrame, heading: str, after: pl.Expr) -> tuple[float, float]:
    """Known after minus known before, and its standard error if nothing had changed."""
    new, old = frame.filter(after)[f"known {heading}"], frame.filter(~after)[f"known {heading}"]
    pooled = frame[f"known {heading}"].mean()
    return new.mean() - old.mean(), sqrt(pooled * (1 - pooled) * (1 / len(new) + 1 / len(old)))


def test_dates_hang_on_the_last_extract() -> None:
    assert date(2026, 5, 4) == TRAINING
    assert TRAINING.weekday() == 0
    assert date(2026, 2, 1) == DUMPING
    assert planted.training_date(date(2026, 12, 1)) == date(2026, 6, 1)
    assert date(2026, 3, 2) == planted.RESTRUCTURE_DIP_END


@pytest.mark.parametrize("characteristic", planted.TRAINED_CHARACTERISTICS)
def test_training_lifts_the_named_teams(victims: pl.DataFrame, characteristic: str) -> None:
    settled = victims.filter(pl.col("recorded") < UNTIL - timedelta(days=60))  # the newest are still filling in
    trained = settled.filter(pl.col("Team").is_in(planted.TRAINED_TEAMS))
    lift, error = difference(trained, LIFTED[characteristic], pl.col("recorded") >= TRAINING)
    assert lift == pytest.approx(planted.TRAINING_LIFT, abs=0.03)
    assert lift > 8 * error
    for team in planted.TRAINED_TEAMS:
        own, own_error = difference(trained.filter(Team=team), LIFTED[characteristic], pl.col("recorded") >= TRAINING)
        assert own > 3 * own_error


@pytest.mark.parametrize("heading", UNMOVED)
def test_training_lifts_nothing_else(victims: pl.DataFrame, heading: str) -> None:
    settled = victims.filter(pl.col("recorded") < UNTIL - timedelta(days=60))
    trained = settled.filter(pl.col("Team").is_in(planted.TRAINED_TEAMS))
    lift, error = difference(trained, heading, pl.col("recorded") >= TRAINING)
    assert abs(lift) < 3.3 * error


@pytest.mark.parametrize("day", [TRAINING, DUMPING, planted.RESTRUCTURE_DATE])
@pytest.mark.parametrize("heading", [*LIFTED.values(), "Sex"])
def test_no_other_team_changes(victims: pl.DataFrame, day: date, heading: str) -> None:
    """Control: some 23 teams are large enough to ask; 3.5 standard errors are not chance among them."""
    moved = {*planted.TRAINED_TEAMS, planted.DUMPING_TEAM, planted.W1_TEAM}
    moved |= {team.name for team in TEAMS if team.closed or team.starts_at_restructure}
    settled = victims.filter(pl.col("recorded") < UNTIL - timedelta(days=60))
    others = settled.filter(~pl.col("Team").is_in(moved))
    overall, error = difference(others, heading, pl.col("recorded") >= day)
    assert abs(overall) < 3 * error
    for (_,), team in others.group_by("Team"):
        if len(team) >= 400:
            change, own_error = difference(team, heading, pl.col("recorded") >= day)
            assert abs(change) < 3.5 * own_error


def test_one_team_dumps_refusals(victims: pl.DataFrame) -> None:
    declined = ["n4", "n4 - declined to define ethnicity", "nx", "nx - not stated - declined", "prefer not to say"]
    stated = ["refused", "ns", "ns - not stated", "not stated", "other ethnic group - not stated"]
    text = pl.col("Self Defined Ethnicity").str.strip_chars().str.to_lowercase()
    default = text.is_in([*declined, *stated]).fill_null(False)
    shares = victims.group_by("Team", since=pl.col("recorded") >= DUMPING).agg(n=pl.len(), share=default.mean())
    here = shares.filter(Team=planted.DUMPING_TEAM).sort("since")["share"].to_list()
    rest = shares.filter(pl.col("Team") != planted.DUMPING_TEAM, pl.col("n") >= 100)
    assert here[0] < 0.15
    assert here[1] > 0.42
    assert rest["share"].max() < 0.20
    team = victims.filter(Team=planted.DUMPING_TEAM)
    known, error = difference(team, "Self Defined Ethnicity", pl.col("recorded") >= DUMPING)
    assert abs(known) < 3.3 * error  # populated goes up, known does not
    blank = team.filter(pl.col("recorded") >= DUMPING)["Religion or Belief"].is_null().mean()
    assert blank < 0.10


def test_another_team_enters_white_british_for_everyone(victims: pl.DataFrame) -> None:
    white = pl.col("Self Defined Ethnicity").str.to_uppercase().str.contains(r"W1|BRITISH")
    told = victims.filter("known Self Defined Ethnicity")
    shares = told.group_by("Team", since=pl.col("recorded") >= DUMPING).agg(n=pl.len(), white=white.mean())
    before, after = shares.filter(Team=planted.W1_TEAM).sort("since")["white"].to_list()
    assert after > 0.97 > before
    team = victims.filter(Team=planted.W1_TEAM)
    rise, _ = difference(team, "Self Defined Ethnicity", pl.col("recorded") >= DUMPING)
    assert rise > 0.3


def test_two_districts_differ_by_mix_only(victims: pl.DataFrame) -> None:
    practice = {o.code: PRACTICES.index(o.practice) for o in load_offences()}
    practice[COERCIVE] = PRACTICES.index("harassment")
    pair = victims.filter(pl.col("District").is_in(planted.MIX_ONLY_DISTRICTS)).with_columns(
        practice=pl.col("HO Code").replace_strict(practice),
        channel=channel(),
        domestic=pl.col("Crime Flags").str.contains("Domestic abuse").fill_null(False),
        y=pl.col("known Self Defined Ethnicity"),
    )
    means = dict(pair.group_by("District").agg(pl.col("y").mean()).iter_rows())
    gap = means["Worcester"] - means["Wychavon"]
    assert gap > 0.07
    cells = (
        pair.group_by("practice", "channel", "domestic")
        .agg(
            *(pl.col("y").filter(pl.col("District") == d).mean().alias(f"r {d}") for d in means),
            *((pl.col("District") == d).sum().alias(f"n {d}") for d in means),
            pooled=pl.col("y").mean(),
        )
        .with_columns(pl.col("r Worcester", "r Wychavon").fill_null(pl.col("pooled")))
    )
    weight = [pl.col(f"n {d}") / pl.col(f"n {d}").sum() for d in ("Worcester", "Wychavon")]
    rate = [pl.col("r Worcester"), pl.col("r Wychavon")]
    split = cells.select(
        practice=((weight[0] + weight[1]) / 2 * (rate[0] - rate[1])).sum(),
        mix=((rate[0] + rate[1]) / 2 * (weight[0] - weight[1])).sum(),
    )
    by_practice, by_mix = split.row(0)
    assert by_practice + by_mix == pytest.approx(gap, abs=1e-9)
    assert abs(by_practice) < 0.02
    assert by_mix > 0.06


@pytest.mark.parametrize("characteristic", planted.RESTRUCTURE_CHARACTERISTICS)
def test_new_teams_dip_for_six_weeks_after_the_restructure(victims: pl.DataFrame, characteristic: str) -> None:
    started = [team.name for team in TEAMS if team.starts_at_restructure]
    new = victims.filter(pl.col("Team").is_in(started))
    assert new["recorded"].min() == planted.RESTRUCTURE_DATE
    back, error = difference(new, LIFTED[characteristic], pl.col("recorded") >= planted.RESTRUCTURE_DIP_END)
    assert back > 2 * error
    usual = new.filter(pl.col("recorded") >= planted.RESTRUCTURE_DIP_END)[f"known {LIFTED[characteristic]}"].mean()
    assert back / usual == pytest.approx(planted.RESTRUCTURE_LOSS, abs=2.5 * error / usual)
    ended = [team.name for team in TEAMS if team.closed]
    settled = pl.col("recorded") >= planted.RESTRUCTURE_DIP_END
    units = victims.filter(pl.col("Team").is_in(ended) | (pl.col("Team").is_in(started) & settled))
    change, error = difference(units, LIFTED[characteristic], settled)
    assert abs(change) < 3 * error  # afterwards as before
