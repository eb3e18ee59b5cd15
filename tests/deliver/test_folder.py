"""A quarter appears in a folder whole, as real files, and only what leaders may have."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cxlab.report import verify_pages

TARGET = '[deliver.share]\nkind = "folder"\npath = "../share"\nattempts = 1\n'


@pytest.fixture
def share(house):
    house.declare(TARGET)
    folder = house.folder.parent / "share"
    folder.mkdir()
    return folder


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_leaders_get_pages_downloads_and_editions(house, share):
    (outcome,) = house.tell()
    assert (outcome.state, outcome.kind) == ("sent", "folder")
    found = files(share / "2026Q3")
    assert outcome.detail == f"{len(found)} files in {share}/2026Q3"
    for name in ("index.html", "en/overview.html", "vi/churn.html", "downloads/churn.left.csv"):
        assert found[name] == (house.run / name).read_bytes()
    assert {"cx-2026Q3-en.html", "cx-2026Q3-vi.html"} <= set(found)
    assert {Path(name).parts[0] for name in found if "/" in name} == {"en", "vi", "downloads"}
    assert not any(b"not for leaders" in content for content in found.values())
    assert not [path for path in share.rglob("*") if path.is_symlink()]
    assert names(share) == [".study", "2026Q3"]


def test_no_link_of_what_was_delivered_is_dead(house, share):
    house.tell()
    for name in ("cx-2026Q3-en.html", "cx-2026Q3-vi.html"):
        (share / "2026Q3" / name).unlink()  # larger than a page may be; test_edition looks at them
    assert verify_pages(share / "2026Q3") == []


def test_a_link_to_an_earlier_quarter_stays_only_where_that_was_delivered(house, share):
    page = house.run / "en" / "churn.html"
    link = '<a href="../../2026Q2/en/overview.html">Q2 2026</a>'
    page.write_text(page.read_text().replace("</main>", f"{link}</main>"))
    house.tell()
    assert "2026Q2/en" not in (share / "2026Q3" / "en" / "churn.html").read_text()
    assert "Q2 2026</main>" in (share / "2026Q3" / "en" / "churn.html").read_text()
    (share / "2026Q2" / "en").mkdir(parents=True)
    (share / "2026Q2" / "en" / "overview.html").write_text("earlier")
    house.tell(again=True)
    assert link in (share / "2026Q3" / "en" / "churn.html").read_text()
    assert (share / "2026Q2" / "en" / "overview.html").read_text() == "earlier"


def test_a_correction_takes_the_place_of_what_was_there(house, share):
    house.tell()
    (share / "2026Q3" / "en" / "gone.html").write_text("from before")
    house.correct()
    house.tell("change", because="late recharges")
    assert not (share / "2026Q3" / "en" / "gone.html").exists()
    assert (share / "2026Q3" / "index.html").is_file()


def test_what_was_there_stays_when_the_new_one_cannot_take_its_place(house, share, monkeypatch):
    house.tell()
    before = files(share / "2026Q3")
    house.correct()
    rename = Path.rename

    def fails(self, to):
        if self.name.endswith(".part"):
            raise OSError(28, "No space left on device")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", fails)
    (outcome,) = house.tell("change")
    assert (outcome.state, outcome.detail) == (
        "failed",
        f"{share} cannot be written: No space left on device",
    )
    assert files(share / "2026Q3") == before
    assert names(share) == [".study", "2026Q3"]


def test_a_cut_between_two_renames_is_mended(house, share, monkeypatch):
    house.tell()
    (share / "2026Q3").rename(share / ".2026Q3.old")
    house.correct()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cxlab.deliver.folder.replace_file", full)
    assert [one.state for one in house.tell("change")] == ["failed"]
    assert names(share) == [".study", "2026Q3"]
    assert (share / "2026Q3" / "index.html").is_file()


def test_a_folder_that_is_not_there_is_not_made(house):
    house.declare(TARGET)
    missing = house.folder.parent / "share"
    (outcome,) = house.tell()
    assert (outcome.state, outcome.detail) == (
        "failed",
        f"no folder {missing}: make it, or mount what holds it",
    )
    assert not missing.exists()


def test_the_folder_of_another_study_is_left_alone(house, share):
    (share / ".study").write_text("Somebody else\n")
    (outcome,) = house.tell()
    assert outcome.detail == f"{share} holds the reports of 'Somebody else', and this study is 'Én Mobile'"
    assert names(share) == [".study"]


def test_a_folder_that_was_never_delivered_is_not_replaced(house, share):
    (share / "2026Q3").mkdir()
    (share / "2026Q3" / "thesis.txt").write_text("mine")
    (outcome,) = house.tell()
    assert outcome.state == "failed"
    assert outcome.detail.endswith("2026Q3 is no report that was delivered: move it away")
    assert (share / "2026Q3" / "thesis.txt").read_text() == "mine"


def test_a_folder_hears_nothing_of_failures(house, share):
    lines = {"en": ["2026Q3 failed"], "vi": ["2026Q3 không chạy được"]}
    assert house.tell("failure", folder=house.folder / "notices", notice=lines, to=["share"]) == ()
    house.file.write_text(house.file.read_text() + 'on = ["success"]\n')
    assert house.tell("change") == ()
    assert json.loads((house.run / "manifest.json").read_text())["run"]["state"] == "published"
