"""``cxlab selftest``: every known answer comes back, a wrong one is told, the outcome is remembered by version."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cxlab.cli import app
from cxlab.run.selftest import Check, company, laws, published, selftest
from cxlab.run.selftest import remembered as memory
from cxlab.run.selftest.asked import Got, Question, judged, questions
from cxlab.wording import Wording

REFERENCE = Path(__file__).parents[1] / "reference"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache folder of its own, so that no page of this machine changes."""
    monkeypatch.setattr(memory.platformdirs, "user_cache_path", lambda name: tmp_path / name)
    return tmp_path / "cxlab" / "selftest.json"


def question(near, *, name="x", **answers):
    return Question(name=name, near=near, source="", answers=answers, data={})


def test_every_known_answer_comes_back(cache):
    seen = []
    found = selftest(watch=seen.append)
    assert [check for check in found.checks if not check.passed] == []
    assert len(found.checks) == found.passed == len(seen) > 80
    assert {check.question for check in found.checks} == set(questions())
    assert found.kept == str(cache)
    assert memory.tested().checks == len(found.checks)


def test_everything_asked_is_answered_by_one_of_them_and_has_a_title():
    answered = [*published.ANSWERS, *laws.ANSWERS, *company.ANSWERS]
    assert answered == list(questions())
    for language in ("en", "vi"):
        for one in questions().values():
            assert Wording(language).text(f"selftest.{one.name}")
            assert Wording(language).text(f"selftest.near.{one.near}")


def test_the_published_values_are_those_of_the_reference_files():
    survival = tomllib.loads((REFERENCE / "survival.toml").read_text(encoding="utf-8"))
    buying = tomllib.loads((REFERENCE / "repeat_buying.toml").read_text(encoding="utf-8"))
    known = {name: [float(value) for value in one.answers.values()] for name, one in questions().items()}
    lung, kaplan = survival["lung_cox_efron"], survival["lung_kaplan_meier"]
    heights = [lung["log_likelihood"], lung["log_likelihood_breslow"]]
    assert known["cox_lung"] == [*lung["coefficients"], *lung["errors"], *heights]
    assert known["survival_lung"] == [*kaplan["survival"], kaplan["median"], kaplan["log_rank_by_sex"]]
    rossi = survival["rossi_cox_efron"]
    assert known["cox_rossi"] == [*rossi["coefficients"], rossi["log_likelihood"]]
    assert known["leukaemia"] == list(survival["leukaemia"].values())
    assert known["cox_replicated"] == [survival["doweight"]["coefficient_replicated_efron"]]
    assert known["wilson"] == [survival["wilson"]["low"], survival["wilson"]["high"]]
    assert known["false_discovery"] == [survival["benjamini_hochberg"]["rejected"]]
    high_end = buying["high_end"]
    names = ("alpha", "beta", "log_likelihood", "discounted_lifetime")
    assert known["staying_law"] == [high_end[name] for name in names]
    assert questions()["staying_law"].data["alive"] == high_end["alive"]
    assert known["buying_expected"] == [buying["cdnow"]["expected"]["purchases"]]
    for name in ("x", "t_x", "total", "horizon"):
        assert questions()["buying_expected"].data[name] == buying["cdnow"]["expected"][name]


@pytest.mark.parametrize(
    ("near", "printed", "got", "passed", "tolerance"),
    [
        ("printed", "0.43", Got(value=0.4355), True, 0.006),
        ("printed", "0.43", Got(value=0.4365), False, 0.006),
        ("printed", "310", Got(value=310.5), True, 0.6),
        ("exact", "4", Got(value=4.0), True, 0.0),
        ("exact", "4", Got(value=5.0), False, 0.0),
        ("percent", "100", Got(value=104.9), True, 5.0),
        ("percent", "100", Got(value=94.9), False, 5.0),
        ("least", "0.94", Got(value=0.95), True, 0.0),
        ("least", "0.94", Got(value=0.93), False, 0.0),
        ("errors", "3", Got(value=3.3, error=0.1), True, 0.35),
        ("errors", "3", Got(value=3.4, error=0.1), False, 0.35),
        ("printed", "1", Got(value=float("nan")), False, 0.6),
        ("errors", "1", Got(value=float("nan"), error=0.0), False, 0.0),
    ],
)
def test_how_near_is_near(near, printed, got, passed, tolerance):
    (check,) = judged(question(near, a=printed), {"a": got})
    assert check.passed is passed
    assert check.tolerance == pytest.approx(tolerance)


def test_ratios_are_judged_by_their_logarithm():
    answers = [Got(value=value, error=0.1, log=True) for value in (1.4, 1.45)]
    assert [judged(question("errors", a="1"), {"a": got})[0].passed for got in answers] == [True, False]


def test_what_was_counted_is_compared_with_the_count():
    (check,) = judged(question("exact"), {"2026Q3": Got(value=7.0, expected=8.0)})
    assert check == Check(question="x", what="2026Q3", expected=8.0, got=7.0, tolerance=0.0, passed=False)


def test_an_answer_that_is_missing_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match=r"^x asks for a, b; answered: a$"):
        judged(question("exact", a="1", b="2"), {"a": Got(value=1.0)})


def test_an_outcome_belongs_to_the_version_it_was_made_with(cache, monkeypatch):
    assert memory.tested().on is None
    assert memory.remember(checks=41, passed=40, at=datetime(2026, 11, 22, 8, tzinfo=UTC)) == str(cache)
    kept = memory.tested()
    assert (kept.checks, kept.passed, kept.on) == (41, 40, date(2026, 11, 22))
    assert len(kept.known) == len(questions())
    monkeypatch.setattr(memory, "version", lambda: "another")
    assert (memory.tested().checks, memory.tested().on) == (0, None)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"version": 3}'])
def test_what_cannot_be_read_is_as_if_it_was_never_run(cache, content):
    cache.parent.mkdir()
    cache.write_text(content)
    assert memory.tested().on is None


def test_where_nothing_can_be_written_nothing_is_remembered(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(memory.platformdirs, "user_cache_path", lambda name: tmp_path / "file" / name)
    assert memory.remember(checks=1, passed=1, at=datetime(2026, 11, 22, tzinfo=UTC)) == ""


def test_a_wrong_answer_ends_with_1_and_is_told(cache, monkeypatch):
    """The command with one question: what is printed, and the exit code."""
    checks = [
        Check(question="wilson", what="low", expected=0.2553, got=0.25530012, tolerance=0.00006, passed=True),
        Check(question="wilson", what="high", expected=0.3662, got=0.4, tolerance=0.00006, passed=False),
        Check(question="coverage", what="worst", expected=0.94, got=0.95, tolerance=0.0, passed=True),
    ]
    monkeypatch.setattr("cxlab.run.selftest._checks", lambda: iter(checks))
    done = CliRunner().invoke(app, ["selftest", "--json"])
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert [line.split() for line in lines[:4]] == [
        ["check", "expected", "got", "tolerance"],
        ["wilson:", "low", "0.2553", "0.25530012", "6e-05", "passed"],
        ["wilson:", "high", "0.3662", "0.4", "6e-05", "FAILED"],
        ["coverage:", "worst", "0.94", "0.95", "at", "least", "passed"],
    ]
    assert json.loads(lines[-1])["passed"] == 2
    assert done.stderr.splitlines()[0] == "2 of 3 checks passed in 0 s"
    assert done.stderr.splitlines()[1:] == [
        f"remembered in {cache}",
        "cxlab: this version, on this machine, does not give the answers that are known",
        "  - wilson: high",
    ]
    assert memory.tested().passed == 2
