"""A study that publishes by itself: the same numbers at once, other numbers only with a reason."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from cxlab.run.history import published_run, swaps

from .drafts import Drafts, banners, without_kernels
from .notebooks import write_notebook, write_study


class Published(Drafts):
    """A study whose first quarter of 2025 is published."""

    quarter = "2025Q1"

    def notebook(self, cell, found):
        write_notebook(self.folder / "notebooks", "overview", cell, found=found)

    def standing(self):
        return published_run(self.reports, quarter=self.quarter)

    def run(self, *words):
        return self.type("run", self.quarter, *words)


@pytest.fixture(scope="module", autouse=True)
def here():
    """No test of this file is about kernels."""
    with without_kernels():
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory, here):
    folder = tmp_path_factory.mktemp("correct") / "tiny"
    file = write_study(folder)
    file.write_text(file.read_text().replace("made_up = true", "made_up = false"))
    study = Published(folder)
    study.notebook("1", 0.08)
    done = study.run()
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def study(made, tmp_path):
    return Published(shutil.copytree(made, tmp_path / "tiny", symlinks=True))


def test_other_numbers_without_a_reason_stay_a_draft(study):
    first = study.standing()
    before = study.files(first)
    day = study.manifest(first)["run"]["made_at"][:10]
    study.notebook("2", 0.09)
    done = study.run()
    (draft,) = {path.name for path in (study.reports / ".runs").iterdir()} - {first}
    said = [line for line in done.stderr.splitlines() if not line.startswith("2025Q1: ")]
    assert (done.exit_code, said) == (
        2,
        [
            "cxlab: 2025Q1 is published with other numbers",
            f"  - published: run {first}, since {day}, published automatically",
            f"  - other numbers in run {draft}: overview.left",
            '  - needed: --because "what was wrong"; the published report is kept, with that reason on every page',
            f"  Nothing was published; the run is kept as a draft in {study.reports}/.runs/{draft}",
        ],
    )
    assert (study.standing(), study.files(first)) == (first, before)
    assert all(said and said.startswith(("DRAFT", "BẢN NHÁP")) for said in banners(study.pages(draft)).values())


def test_with_a_reason_they_are_published_and_the_old_report_says_why(study):
    first = study.standing()
    study.notebook("2", 0.09)
    done = study.run("--because", "one file had come twice")
    assert done.exit_code == 0, done.output
    assert study.standing() != first
    assert all("one file had come twice" in said for said in banners(study.pages(first)).values())
    assert study.manifest(study.standing())["because"] == "one file had come twice"


def test_the_same_numbers_need_none(study):
    first = study.standing()
    study.notebook("2", 0.08)
    assert study.run().exit_code == 0
    assert study.standing() != first
    assert set(banners(study.pages(first)).values()) == {None}
    assert [swap.because for swap in swaps(study.reports, quarter="2025Q1")] == [None, None]


def test_a_made_up_company_is_run_again_freely(study):
    first = study.standing()
    file = study.folder / "study.toml"
    file.write_text(file.read_text().replace("made_up = false", "made_up = true"))
    study.notebook("2", 0.09)
    assert study.run().exit_code == 0
    assert study.standing() != first
    said = banners(study.pages(first))
    assert "the made-up company was run again, with other numbers" in said["en/overview.html"]
    assert "doanh nghiệp giả định được chạy lại và cho số liệu khác" in said["vi/overview.html"]


def test_a_reason_has_words_before_anything_runs(study):
    done = study.run("--because", " ")
    study.refuse(done, "--because needs words; got ' '")


def test_a_cut_between_the_swap_and_the_banners_is_mended_by_the_same_command(study, monkeypatch):
    first = study.standing()
    study.notebook("2", 0.09)
    with monkeypatch.context() as broken:
        broken.setattr("cxlab.run.standing.note", lambda *_, **__: (_ for _ in ()).throw(OSError("power lost")))
        assert study.run("--because", "counted twice").exit_code == 1
    second = study.standing()
    assert second != first
    assert set(banners(study.pages(first)).values()) == {None}
    assert study.run().exit_code == 0
    assert all("counted twice" in said for said in banners(study.pages(first)).values())
    assert re.match("2025Q1-", Path(study.report.parent / "2025Q1").readlink().name)
