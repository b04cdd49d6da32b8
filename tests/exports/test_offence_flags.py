"""Crime flags that follow from the offence code."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from equality.errors import ProfileError
from equality.exports.recognise import offence_flags, offences
from equality.measures.counts import column
from equality.measures.dimensions import FLAG_BITS
from equality.store.registry import Registry

OF_CODE = {"8U": "controlling_or_coercive", "106": "modern_slavery"}


def test_each_flag_follows_from_its_code_and_no_other(registry: Registry) -> None:
    snapshot = registry.latest("athena")
    assert snapshot
    records = registry.records("athena", snapshot).select("offence_code", "flags").collect()
    for code, flag in OF_CODE.items():
        marked = records.filter((pl.col("flags") & FLAG_BITS[flag]) != 0)["offence_code"].cast(pl.String)
        of_code = (records["offence_code"].cast(pl.String) == code).sum()
        assert marked.len() == of_code > 0
        assert set(marked) == {code}
        assert flag in snapshot.flags


def test_flags_of_the_export_stay_beside_those_of_the_code(registry: Registry) -> None:
    snapshot = registry.latest("athena")
    assert snapshot
    counts = registry.counts(snapshot).collect()
    # The generator writes 8U for domestic crimes only.
    both = FLAG_BITS["domestic_abuse"], FLAG_BITS["controlling_or_coercive"]
    coercive = counts.filter((pl.col("flags") & both[1]) != 0)
    assert coercive[column("sex", "valid")].sum() > 0
    assert coercive.filter((pl.col("flags") & both[0]) == 0).is_empty()
    assert counts.schema["flags"] == pl.UInt16


def test_a_mistake_in_the_tables_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "reference"
    folder.mkdir()
    (folder / "offence_flags.csv").write_text("code,flag\n8U,nothing\n", encoding="utf-8")
    with pytest.raises(ProfileError, match="there is no flag nothing"):
        offence_flags(tmp_path)
    (folder / "offence_flags.csv").write_text("code\n8U\n", encoding="utf-8")
    with pytest.raises(ProfileError, match="needs the columns code, flag"):
        offence_flags(tmp_path)


def test_later_codes_stand_beside_the_list() -> None:
    assert offences()["8U"] == ("Violence against the person", "Stalking and harassment")
    assert set(OF_CODE) <= set(offences())
