"""Loading: what fits becomes a snapshot, what does not is refused and leaves the store as it was."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from equality.errors import EqualityError, ExportError, ProfileError
from equality.exports.load import load
from equality.exports.profile import load_profile
from equality.measures import measure
from equality.store.registry import Registry
from equality.synthetic import generate
from tests.conftest import REAL_MONTHS

POLICE_UK = load_profile("data.police.uk")
MONTH = "2020-02-west-mercia-stop-and-search.csv"
HEADINGS = REAL_MONTHS[0].read_text(encoding="utf-8").splitlines()[0]
ROW = "Person search,2020-02-01T10:00:00+00:00,False,,52.1920,-2.2200,{gender},18-24,,White,Act,Firearms,Arrest,,"


def tree(folder: Path) -> dict[str, bytes]:
    """Everything in a store but the registry and the audit log's anchor: both also know what was refused."""
    names = ("registry.sqlite", ".loading.lock", "audit.anchor")
    files = (p for p in sorted(folder.rglob("*")) if p.is_file() and p.name not in names)
    return {str(p.relative_to(folder)): p.read_bytes() for p in files}


Make = Callable[[Path], Path]


def write(name: str, content: bytes) -> Make:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    return make


REFUSED: list[tuple[str, Make, str]] = [
    ("missing", lambda folder: folder / "absent.csv", r"absent.csv: does not exist; check the path"),
    ("folder", lambda folder: folder, r"is a folder; name the files in it"),
    ("empty", write(MONTH, b""), r"the file is empty; export it again"),
    ("headings only", write(MONTH, f"{HEADINGS}\n".encode()), r"the file has headings but no rows"),
    ("other headings", write(MONTH, b"Crime,When\n1,2020-02-01\n"), r"missing Date, Type, .*the file has Crime, When"),
    (
        "no encoding",
        write(MONTH, f"{HEADINGS}\n{ROW.format(gender='Male')}\n".encode() + b"Person search \x81 vehicle\n"),
        r"line 3 has the byte 0x81, which is neither UTF-8 nor Windows-1252; save .* as 'CSV UTF-8'",
    ),
    ("UTF-16", write(MONTH, f"{HEADINGS}\n".encode("utf-16")[:-1]), r"begins as UTF-16 but is cut short"),
    ("workbook", write(MONTH, b"PK\x03\x04workbook"), r"this is a workbook or a zip file"),
    ("NUL bytes", write(MONTH, f"{HEADINGS}\n\x00\x00\n".encode()), r"NUL bytes"),
    ("undated name", write("search.csv", f"{HEADINGS}\n".encode()), r"does not carry its date"),
    (
        "ragged",
        write(MONTH, f"{HEADINGS}\n{ROW.format(gender='Male')},x,y,z\n".encode()),
        r"line 2 has 18 fields, the headings have 15",
    ),
]


@pytest.mark.parametrize(("make", "message"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_file_that_cannot_be_read_is_refused_and_the_store_stays(tmp_path: Path, make: Make, message: str) -> None:
    store = tmp_path / "store"
    load(REAL_MONTHS[:1], POLICE_UK, store)
    before = tree(store)
    files = tmp_path / "files"
    files.mkdir()
    with pytest.raises(ExportError, match=message):
        load([REAL_MONTHS[1], make(files)], POLICE_UK, store)
    assert tree(store) == before


@pytest.mark.parametrize("make", [case[1] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_refused_file_does_not_even_make_a_store(tmp_path: Path, make: Make) -> None:
    files = tmp_path / "files"
    files.mkdir()
    with pytest.raises(ExportError):
        load([make(files)], POLICE_UK, tmp_path / "store")
    assert not (tmp_path / "store").exists()


def test_the_same_file_again_is_refused_with_a_word(tmp_path: Path) -> None:
    load(REAL_MONTHS[:2], POLICE_UK, tmp_path)
    copy = tmp_path / "2020-01-copy-stop-and-search.csv"
    copy.write_bytes(REAL_MONTHS[1].read_bytes())
    with pytest.raises(ExportError, match="was loaded on"):
        load([copy], POLICE_UK, tmp_path)
    with pytest.raises(ExportError, match="same content"):
        load([REAL_MONTHS[3], REAL_MONTHS[3]], POLICE_UK, tmp_path)


def test_a_failure_while_writing_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(REAL_MONTHS[:1], POLICE_UK, tmp_path)
    before = tree(tmp_path)

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(measure, "validate", full)
    with pytest.raises(OSError, match="no space"):
        load(REAL_MONTHS[1:2], POLICE_UK, tmp_path)
    assert tree(tmp_path) == before
    monkeypatch.undo()
    load(REAL_MONTHS[1:2], POLICE_UK, tmp_path)
    assert len(Registry(tmp_path).snapshots("stop_and_search")) == 2


def test_rows_in_are_rows_accepted_and_rejected(tmp_path: Path) -> None:
    undated = ROW.format(gender="Male").replace("2020-02-01T10:00:00+00:00", "soon")
    lines = [HEADINGS, ROW.format(gender="Male"), undated, ROW.format(gender="<b>Male</b>")]
    path = write(MONTH, "\n".join(lines).encode())(tmp_path)
    loaded = load([path], POLICE_UK, tmp_path / "store")
    (snapshot,) = loaded.snapshots
    assert (snapshot.rows_in, snapshot.rejected, snapshot.files[0].accepted) == (3, 1, 2)
    rejected = pl.read_parquet(snapshot.folder / "rejected.parquet").row(0, named=True)
    assert rejected["recorded_on_raw"] == "soon"
    assert rejected["source_row"] == 2
    assert "no date recorded" in rejected["reason"]
    # markup is data: kept, counted, never read as anything else
    assert loaded.unmapped.rows() == [("sex", "<b>Male</b>", 1)]
    records = Registry(tmp_path / "store").records("stop_and_search").collect()
    assert records["sex"].to_list() == ["M", "<b>Male</b>"]
    assert records["sex_raw"].to_list() == ["Male", "<b>Male</b>"]


def test_a_byte_order_mark_and_quoted_line_breaks_are_read(tmp_path: Path) -> None:
    row = ROW.format(gender='"Ma\nle"')
    path = write(MONTH, b"\xef\xbb\xbf" + f"{HEADINGS}\n{row}\n{ROW.format(gender='Male')}\n".encode())(tmp_path)
    loaded = load([path], POLICE_UK, tmp_path / "store")
    assert loaded.snapshots[0].rows_in == 2


def test_later_extracts_supersede_and_keep_what_was_known_when(tmp_path: Path) -> None:
    exports = generate(tmp_path / "exports", people=12_000, months=24, until=date(2026, 6, 1))[-5:]
    athena = load_profile("athena")
    together = load(exports, athena, tmp_path / "together").snapshots
    for path in exports:
        load([path], athena, tmp_path / "singly")
    last: dict[tuple[str, str], str] = {}
    for path in exports:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                last[row["Crime Ref"], row["Person Ref"]] = path.name
    for store in ("together", "singly"):
        registry = Registry(tmp_path / store)
        snapshots = registry.snapshots("athena")
        assert [s.extract_date for s in snapshots] == [s.extract_date for s in together]
        records = registry.records("athena").collect()
        assert records.select("crime_ref", "person_ref", "role").is_unique().all()
        found = {(c, p): f for c, p, f in records.select("crime_ref", "person_ref", "source_file").iter_rows()}
        assert found == last
        early = registry.records("athena", snapshots[2]).collect()
        assert early["extract_date"].max() == snapshots[2].extract_date
        assert early.height < records.height
        counts = [registry.counts(s).collect().sort(pl.all()) for s in snapshots]
        recounted = [
            measure.count(registry.records("athena", s), s.characteristics, tuple(s.dimensions))
            .collect()
            .sort(pl.all())
            for s in snapshots
        ]
        for stored, again in zip(counts, recounted, strict=True):
            assert stored.equals(again.select(stored.columns))
        assert registry.validation(snapshots[-1]) is not None
        assert all(s.synthetic for s in snapshots)


def test_an_older_extract_loaded_late_does_not_overwrite(tmp_path: Path) -> None:
    exports = generate(tmp_path / "exports", people=8_000, months=24, until=date(2026, 6, 1))[-4:]
    athena = load_profile("athena")
    load([*exports[:1], *exports[2:]], athena, tmp_path / "late")
    load(exports[1:2], athena, tmp_path / "late")
    load(exports, athena, tmp_path / "order")
    late, order = (Registry(tmp_path / name).records("athena").collect() for name in ("late", "order"))
    key = ["crime_ref", "person_ref", "role"]
    assert late.sort(key).equals(order.sort(key))


def test_a_profile_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(
        ProfileError, match=r"no profile 'athene'. Did you mean athena\? Profiles are: athena, connect, data"
    ):
        load_profile("athene")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("  crime_ref: [", "  crime_reff: ["), r"crime_reff is not a field; did you mean crime_ref\?"),
        (("  snapshot: each_extract_date", "  snapshot: sometimes"), r"extract\.snapshot"),
        (("confirmed: false", "confirmed: perhaps"), r"confirmed"),
        (("name: athena", "name: [athena"), r"not readable YAML"),
        (("  age: {from: date_of_birth}", "  age: {}"), r"give either headings or from"),
    ],
)
def test_a_profile_with_a_mistake_says_where(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    source = (Path(__file__).parents[2] / "data" / "profiles" / "athena.yaml").read_text(encoding="utf-8")
    assert change[0] in source
    (tmp_path / "athena.yaml").write_text(source.replace(*change), encoding="utf-8")
    with pytest.raises(ProfileError, match=message):
        load_profile("athena", tmp_path)


def test_every_error_a_user_can_mend_has_one_base() -> None:
    assert issubclass(ExportError, EqualityError)
    assert issubclass(ProfileError, EqualityError)
