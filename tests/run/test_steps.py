"""Steps: found by their files, registered by their metadata, ordered by what they come after."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxlab.errors import UsageError
from cxlab.run.plan import plan_run
from cxlab.run.steps import discover, notebooks_of


def names(steps):
    return [step.name for step in steps]


def test_steps_run_after_what_they_need_and_the_leaders_page_last(tmp_path, write_notebook):
    write_notebook("overview")
    write_notebook("churn", after=("voc",))
    write_notebook("clv", after=("churn",))
    write_notebook("voc")
    assert names(discover(tmp_path / "notebooks")) == ["voc", "churn", "clv", "overview"]


def test_steps_without_wishes_run_in_one_order(tmp_path, write_notebook):
    for name in ("revenue", "churn", "nps"):
        write_notebook(name)
    assert names(discover(tmp_path / "notebooks")) == ["churn", "nps", "revenue"]


def test_everything_wrong_with_the_notebooks_is_said_at_once(tmp_path, write_notebook):
    write_notebook("churn", parameters="horizon_months: int = 12  # how far")
    write_notebook("clv", parameters="quarter = 1")
    (tmp_path / "notebooks" / "nps.ipynb").write_text("{")
    (tmp_path / "notebooks" / "voc.ipynb").write_text('{"metadata": {}, "cells": []}')
    with pytest.raises(UsageError) as caught:
        discover(tmp_path / "notebooks")
    problems = list(caught.value.problems)
    assert problems[0] == "churn.ipynb: the parameters cell must declare `quarter: str`"
    assert problems[1].startswith("clv.ipynb, parameters cell, line 1: needs the form")
    assert problems[2].startswith("nps.ipynb: needs notebook metadata cxlab with title, tables and after")
    assert problems[3].startswith("voc.ipynb: needs notebook metadata cxlab with title, tables and after")


def test_waiting_for_nobody_and_waiting_in_a_circle_are_refused(tmp_path, write_notebook):
    write_notebook("churn", after=("nps",))
    with pytest.raises(UsageError, match=r"churn.ipynb: comes after 'nps', but there is no nps.ipynb"):
        discover(tmp_path / "notebooks")
    write_notebook("nps", after=("churn",))
    with pytest.raises(UsageError, match=r"^notebooks wait for each other in a circle: (churn|nps) -> "):
        discover(tmp_path / "notebooks")


def test_a_folder_without_notebooks_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no notebook in"):
        discover(tmp_path)


def test_the_notebooks_are_the_studys_own_or_those_beside_the_package(tmp_path):
    assert notebooks_of(None, folder=tmp_path) == Path(__file__).parents[2] / "notebooks"
    (tmp_path / "mine").mkdir()
    assert notebooks_of(Path("mine"), folder=tmp_path) == tmp_path / "mine"
    with pytest.raises(UsageError, match=r'set notebooks = "FOLDER" in study.toml$'):
        notebooks_of(Path("gone"), folder=tmp_path)


def test_a_plan_is_published_only_whole_and_where_the_study_says_so(study_file, write_notebook):
    write_notebook("churn")
    write_notebook("overview")
    whole, part = plan_run(study_file), plan_run(study_file, only=["churn"])
    assert (whole.publishes, part.publishes) == (True, False)
    assert names(part.steps) == ["churn"]
    assert whole.reports == study_file.parent / "reports"
    study_file.write_text(study_file.read_text().replace("auto_publish = true", "auto_publish = false"))
    assert not plan_run(study_file).publishes


def test_a_plan_refuses_unknown_languages_and_days(study_file, write_notebook):
    write_notebook("churn")
    assert plan_run(study_file.parent, languages=["vi"]).languages == ("vi",)
    with pytest.raises(UsageError, match=r"^--lang takes languages of the study \(en, vi\); got fr$"):
        plan_run(study_file, languages=["fr"])
    with pytest.raises(
        UsageError, match=r"^--as-of needs `as_of: str \| None` in the parameters cell of churn.ipynb$"
    ):
        plan_run(study_file, as_of="2026-10-15")
    write_notebook("churn", parameters='quarter: str = ""  # q\nas_of: str | None = None  # day')
    assert plan_run(study_file, as_of="2026-10-15").as_of.isoformat() == "2026-10-15"
    with pytest.raises(UsageError, match=r"^--as-of is a day like 2026-10-15; got '15.10.'$"):
        plan_run(study_file, as_of="15.10.")
