"""Loading as a person does it: upload, look, accept or not, and find it again."""

from __future__ import annotations

import csv
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import fastexcel
import pytest
from driving import Server, drawn
from playwright.sync_api import Locator, Page, expect

from equality.exports.load import load
from equality.exports.profile import load_profile
from equality.store.registry import Registry
from tests.conftest import REAL_MONTHS

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
JANUARY, FEBRUARY = REAL_MONTHS[12:14]
FORMULA = '=HYPERLINK("http://example.org")'


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("loaded") / "store"
    load([JANUARY], load_profile("data.police.uk"), store)
    return store


@pytest.fixture
def exports(loaded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server whose store has one month, and whose inbox has the next."""
    (tmp_path / "inbox").mkdir()
    shutil.copy(FEBRUARY, tmp_path / "inbox")
    monkeypatch.setenv("EQUALITY_INBOX", str(tmp_path / "inbox"))
    shutil.copytree(loaded, tmp_path / "store")
    started = Server(tmp_path / "store", tmp_path / "server.log").wait()
    yield started
    started.stop()


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """So few rows of February that a load asks, two of which are no records."""
    lines = FEBRUARY.read_text(encoding="utf-8").splitlines()[:40]
    lines[3] = FORMULA.replace('"', '""').join('""') + lines[3][lines[3].index(",") :].replace("2020-02", "soon")
    lines[5] += ",one,too many"
    path = tmp_path / FEBRUARY.name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def begin(page: Page, path: Path) -> None:
    """Upload a file and start to load it with the profile that is recognised."""
    page.set_input_files("input[type=file]", path)
    expect(page.get_by_test_id("stFileChip")).to_be_visible()
    page.get_by_role("button", name="Go on to the mapping").click()
    expect(page.get_by_text("Recognised: the headings are those of the profile data.police.uk.")).to_be_visible()
    page.get_by_role("button", name="Load 1 file").click()


def cells(page: Page, text: str | re.Pattern[str]) -> Locator:
    """The cells of tables that read so: they are inside a canvas, for screen readers."""
    return page.locator("[role=gridcell]").filter(has_text=text)


def snapshots(tmp_path: Path) -> int:
    return len(Registry(tmp_path / "store").snapshots())


def uploaded(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "store" / ".uploads").rglob("*.csv") if path.is_file()]


def test_an_export_goes_in_by_the_page(exports: Server, visit: Visit, few: Path, tmp_path: Path) -> None:
    page = visit(f"{exports.address}/exports")
    begin(page, few)
    bar = page.get_by_role("progressbar")
    expect(bar).to_be_visible()
    expect(page.get_by_text(re.compile(r"^Step [1-5] of [25]: \w+"))).to_be_visible()
    (private,) = uploaded(tmp_path)
    assert stat.S_IMODE(private.parent.stat().st_mode) == 0o700
    expect(page.get_by_text("fewer than the")).to_be_visible()
    assert snapshots(tmp_path) == 1
    page.get_by_role("button", name="Accept and load").click()
    expect(page.get_by_text("Loaded: 37 of 39 rows accepted")).to_be_visible()
    assert uploaded(tmp_path) == []
    expect(cells(page, "39 in = 37 accepted + 2 rejected")).to_have_count(1)
    expect(page.get_by_role("heading", name="1 source in 2 snapshots, and every row is accounted for")).to_be_visible()
    expect(cells(page, "1 snapshot added")).to_have_count(2)

    page.get_by_role("button", name="Look at the extract of 29 February 2020").click()
    expect(page.get_by_role("heading", name="39 in = 37 accepted + 2 rejected")).to_be_visible()
    drawn(page)
    snapshot = Registry(tmp_path / "store").snapshots()[-1]
    assert page.url.endswith(f"?snapshot={snapshot.id}")
    with page.expect_download() as download:
        page.get_by_role("button", name="Rejected rows as CSV").click()
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    original = few.read_text(encoding="utf-8").splitlines()
    assert [(row["row"], row["line"]) for row in rows] == [("3", "4"), ("5", "6")]
    assert rows[0]["person_type"] == f"'{FORMULA}"
    assert rows[0]["raw_text"].startswith(('"=HYPER', "'=HYPER"))
    assert "has 17 fields" in rows[1]["reason"]
    assert rows[1]["raw_text"] == original[5]
    with page.expect_download() as download:
        page.get_by_role("button", name="Rejected rows as XLSX").click()
    sheet = fastexcel.read_excel(str(download.value.path())).load_sheet("Rejected rows").to_polars()
    assert sheet["person_type"][0] == f"'{FORMULA}"
    page.get_by_role("button", name="All snapshots").click()
    expect(page.get_by_role("heading", name="1 source in 2 snapshots")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="39 in = 37 accepted + 2 rejected")).to_be_visible()


def test_warnings_declined_in_another_browser_change_nothing(
    exports: Server, visit: Visit, few: Path, tmp_path: Path
) -> None:
    page = visit(f"{exports.address}/exports")
    begin(page, few)
    expect(page.get_by_role("button", name="Accept and load")).to_be_visible()
    other = page.context.browser.new_context().new_page()
    other.goto(f"{exports.address}/exports")
    expect(other.get_by_role("heading", name="A load is running")).to_be_visible()
    expect(other.get_by_text("fewer than the")).to_be_visible()
    other.get_by_role("button", name="Do not load").click()
    expect(page.get_by_text("Not loaded, as you decided: nothing was changed.")).to_be_visible()
    expect(other.get_by_role("heading", name="A load is running")).to_have_count(0)
    other.context.close()
    assert snapshots(tmp_path) == 1
    assert uploaded(tmp_path) == []
    expect(cells(page, re.compile("^Warnings not accepted$"))).to_have_count(1)
    page.get_by_role("button", name="Load another export").click()
    expect(page.get_by_role("button", name="Go on to the mapping")).to_be_visible()


def test_a_load_that_is_cancelled_changes_nothing(exports: Server, visit: Visit, tmp_path: Path) -> None:
    page = visit(f"{exports.address}/exports")
    page.get_by_role("combobox", name="Files in the server's inbox").click()
    page.get_by_role("option", name=FEBRUARY.name).click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Go on to the mapping").click()
    page.get_by_role("button", name="Load 1 file").click()
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.get_by_text("Cancelled.").first).to_be_visible()
    assert snapshots(tmp_path) == 1
    assert (tmp_path / "inbox" / FEBRUARY.name).exists()
    assert not list((tmp_path / "store" / "snapshots").glob(".*"))


def test_a_load_survives_the_browser_and_not_the_server(
    exports: Server, visit: Visit, few: Path, tmp_path: Path
) -> None:
    page = visit(f"{exports.address}/exports")
    begin(page, few)
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.context.close()
    again = visit(f"{exports.address}/exports")
    expect(again.get_by_role("button", name="Do not load")).to_be_visible()
    exports.stop()
    after = Server(tmp_path / "store", tmp_path / "server-2.log").wait()
    try:
        page = visit(f"{after.address}/exports")
        page.wait_for_timeout(1000)
        page.reload()
        drawn(page)
        expect(page.get_by_role("heading", name="1 source in 1 snapshot")).to_be_visible()
        assert uploaded(tmp_path) == []
        assert Registry(tmp_path / "store").loads()[0].outcome in {"unaccepted", "cancelled", "interrupted"}
    finally:
        after.stop()


def test_a_link_to_a_snapshot_opens_on_a_fresh_server_and_an_unknown_one_says_so(
    fresh_server: Server, visit: Visit, sample_store: Path
) -> None:
    newest = Registry(sample_store).latest("athena")
    assert newest
    page = visit(f"{fresh_server.address}/exports?snapshot={newest.id}")
    expect(page.get_by_role("heading", name="Crime records, extract of 1 November 2026")).to_be_visible()
    assert "Synthetic data" in page.locator("[data-testid=stMain]").inner_text()
    page.goto(f"{fresh_server.address}/exports?snapshot=%3Cimg%20src%3Dx%3E")
    drawn(page)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("This store has no snapshot “<img src=x>”")
    assert alert.locator("img").count() == 0


def test_a_line_of_the_table_opens_its_snapshot_by_keyboard(server: Server, visit: Visit) -> None:
    page = visit(f"{server.address}/exports")
    page.locator("[data-testid=stDataFrame] canvas").first.focus()
    for key in ("ArrowDown", "Shift+Space"):
        page.wait_for_timeout(300)
        page.keyboard.press(key)
    page.wait_for_function("() => location.search.includes('snapshot=')")
    expect(page.get_by_role("button", name="All snapshots")).to_be_visible()


def test_an_empty_store_leads_to_the_page_that_fills_it(empty_server: Server, visit: Visit) -> None:
    page = visit(f"{empty_server.address}/gaps")
    page.get_by_role("link", name="Load an export of your own").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("Nothing is in yet: load an export to begin.")
