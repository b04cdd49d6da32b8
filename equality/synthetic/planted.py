"""The facts planted in the synthetic export: what an analysis must find, and nothing else.

Dates that hang on the end of the series are functions of `until`; every figure is a constant, so
that a test can ask for exactly what was put in. `docs/synthetic.md` says each in words.
"""

from __future__ import annotations

from datetime import date, timedelta

from equality.synthetic.geography import RESTRUCTURE

# 1. Training: these teams, and no others, record these three characteristics better afterwards.
TRAINED_TEAMS = ("OCC Shift B", "OCC Shift D", "Resolution Team 1", "Digital Desk")
TRAINED_CHARACTERISTICS = ("ethnicity", "religion", "disability")
TRAINING_LIFT = 0.15  # added to the probability that the value ends up known
TRAINING_MONTHS_BEFORE = 6

# 2a. One team enters a refusal or "not stated" where others leave a blank.
DUMPING_TEAM = "Resolution Team 3"
DUMPING_CHARACTERISTICS = ("ethnicity", "religion", "orientation", "disability", "marital", "gender_same")
DUMPING_SHARE = 0.92  # of cells that would have stayed blank or unknown
DUMPING_DECLINED_SHARE = 0.7  # of those, a refusal; the rest is "not stated"
# 2b. Another enters White British for everyone: known goes up, and means nothing.
W1_TEAM = "Front Counter Telford"
W1_SHARE = 0.95
DUMPING_MONTHS_BEFORE = 9  # both start on the first of this month

# 3. Two districts whose overall rates differ by crime mix and channel mix only.
MIX_ONLY_DISTRICTS = ("Worcester", "Wychavon")
# weight of a crime in the district relative to the force's own mix, by practice group
MIX_ONLY_CRIME: dict[str, dict[str, float]] = {
    "Worcester": {
        "violence": 1.5,
        "sexual": 1.6,
        "harassment": 1.3,
        "vehicle": 0.4,
        "damage": 0.6,
        "theft": 0.6,
    },
    "Wychavon": {
        "violence": 0.55,
        "sexual": 0.6,
        "harassment": 0.7,
        "vehicle": 2.0,
        "damage": 1.6,
        "theft": 1.5,
    },
}
# weight of a channel in the district relative to the force's own mix
MIX_ONLY_CHANNEL: dict[str, dict[str, float]] = {
    "Worcester": {"officer": 1.3, "counter": 1.3, "email": 0.5, "third": 0.6},
    "Wychavon": {"officer": 0.7, "counter": 0.7, "email": 2.5, "third": 1.5},
}

# 4. The restructure: five areas become two on 19 January 2026. Teams named after an area end and
# new ones start; the new ones record these characteristics worse for six weeks, then as before.
RESTRUCTURE_DATE = RESTRUCTURE
RESTRUCTURE_LOSS = 0.25  # of what would have been known, whatever the level
RESTRUCTURE_DIP_WEEKS = 6
RESTRUCTURE_CHARACTERISTICS = TRAINED_CHARACTERISTICS
RESTRUCTURE_DIP_END = RESTRUCTURE + timedelta(weeks=RESTRUCTURE_DIP_WEEKS)  # first day without the dip

# 5. Control: no other team changes its practice at any time. A team keeps one fixed effect.


def _months_before(until: date, months: int) -> date:
    ordinal = until.year * 12 + until.month - 1 - months
    return date(ordinal // 12, ordinal % 12 + 1, 1)


def training_date(until: date) -> date:
    """The first Monday of the month six months before the last extract."""
    first = _months_before(until, TRAINING_MONTHS_BEFORE)
    return first + timedelta(days=-first.weekday() % 7)


def dumping_date(until: date) -> date:
    """The day from which the two dumping teams enter defaults."""
    return _months_before(until, DUMPING_MONTHS_BEFORE)
