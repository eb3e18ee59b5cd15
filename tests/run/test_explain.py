"""``cxlab explain``: from the ledger and the manifest alone, by every name the pages show."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from cxlab import ledger
from cxlab.cli import app
from cxlab.errors import DataError, UsageError
from cxlab.finding import Check, Estimate, Finding, Label, Message, Withheld
from cxlab.quarter import Quarter
from cxlab.run.explain import explain

STUDY = """name = "Tiny"
made_up = true
languages = ["en", "vi"]
currency = "VND"
time_zone = "Asia/Ho_Chi_Minh"
window_opens = 2025-01-01
reports = "reports"
"""


def row(value, low, high, n):
    return pd.DataFrame({"plan": ["en90"], "estimate": [value], "low": [low], "high": [high], "n": [n]})


def findings(quarter):
    staying = Estimate(value=0.466, low=0.456, high=0.476, unit="share", n=5199)
    values = {"early": 3, "gone": 0.29, "horizon_months": 12, "months": 12, "quarter": quarter, "staying": staying}
    checks = (
        Check(name="follow_up", passed=True, message=Message("churn.check.follow_up", {"months": 24})),
        Check(name="links", passed=False, message=Message("check.too_few_accounts", {"n": 12, "least": 20})),
        Check(name="hidden", passed=None, message=Message("check.hidden", {"n": 1, "least": 10})),
    )
    few = Message("page.too_few_customers", {"least": 10})
    made = {"about": quarter, "definition": "ae15720ce1c5", "shape": "number"}
    retention = Finding(
        name="churn.retention", headline=staying, message=Message("churn.retention", values), checks=checks,
        table=row(0.466, 0.456, 0.476, 5199), method=Message("churn.method.retention"), **made,
    )  # fmt: skip
    median = Finding(
        name="churn.median_tenure", headline=Withheld(few), message=few, table=row(1.0, 1.0, 1.0, 3).iloc[:0],
        method=Message("churn.method.retention"), **made,
    )  # fmt: skip
    themes = Message("page.not_joined", {"what": Label(of="theme", code="price"), "share": staying})
    loud = Finding(
        name="voc.loud", headline=staying, message=themes, table=row(0.466, 0.456, 0.476, 5199),
        method=Message("churn.method.hazard"), **made,
    )  # fmt: skip
    proof = row(0.466, 0.456, 0.476, 5199).assign(proof="churn.retention")[
        ["proof", "estimate", "low", "high", "n"]
    ]
    answer = Finding(
        name="overview.answer",
        headline=staying,
        message=few,
        table=proof,
        method=Message("overview.method"),
        **made,
    )
    return retention, median, loud, answer


def write_run(reports, quarter, run_id, *, state="published"):
    """A finished run as it lies on disk, and the link that publishes it."""
    folder = reports / ".runs" / run_id
    labels = {"theme": {"price": {"en": "Price", "vi": "Giá cước"}}}
    ledger.write(findings(Quarter.parse(quarter)), folder / "findings.json", header={"labels": labels})
    tables = {
        "contracts": {"accepted": 12_845, "read": 12_850, "late": 7, "contents": "abc"},
        "verbatims": {"accepted": 900, "read": 900, "late": 0, "contents": "def"},
    }
    parameters = {"quarter": quarter, "as_of": None, "horizon_months": 24}
    step = {
        "notebook": "churn.ipynb",
        "sha256": "12" * 32,
        "parameters": parameters,
        "changed": ["horizon_months"],
    }
    manifest = {
        "quarter": quarter,
        "as_of": "2026-10-05",
        "team_as_of": "2026-10-12",
        "fingerprint": "f1",
        "run": {
            "run_id": run_id,
            "made_at": "2026-10-12T02:00:00+00:00",
            "state": state,
            "code_version": "0.1.0",
            "approved_by": "Head of CX research" if state == "published" else None,
        },
        "load": {"tables": tables},
        "steps": {"churn": step | {"changed": ["horizon_months"]}},
        "cxlab": "0.1.0+abc",
        "python": "3.11.9",
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "downloads").mkdir()
    for file in ("churn.retention.csv", "churn.retention.en.svg", "churn.retention_by.csv"):
        (folder / "downloads" / file).touch()
    if state == "published":
        (reports / quarter).symlink_to(f".runs/{run_id}")


@pytest.fixture
def study(tmp_path):
    (tmp_path / "study.toml").write_text(STUDY)
    write_run(tmp_path / "reports", "2026Q2", "2026Q2-a")
    write_run(tmp_path / "reports", "2026Q3", "2026Q3-b")
    return tmp_path / "study.toml"


def plain(text):
    return text.replace("\u00a0", " ")


def test_a_number_is_explained_from_what_was_kept(study):
    found = explain("churn.retention@2026Q3", config=study)
    assert (found.name, found.quarter, found.run_id) == ("churn.retention", "2026Q3", "2026Q3-b")
    said = {title: [plain(line) for line in lines] for title, lines in found.parts.items()}
    assert said["Value"] == [
        "47% (46 to 48), a 95% confidence interval. It rests on 5,199 customers. 1 of 3 checks was not passed."
    ]
    assert said["Method"][0].startswith("Kaplan-Meier on the day clock")
    assert said["Function"][0].startswith("churn.retention (cxlab/churn/curves.py:")
    assert said["Function"][0].endswith(": Kaplan-Meier with late entry.")
    assert any(source.startswith("Kaplan, E. L. and Meier, P. (1958)") for source in said["Published in"])
    assert said["Evidence"] == [
        "contracts: 12,845 of 12,850 rows read; 7 came too late and were not used",
        "rows in its own table: 1",
    ]
    assert said["Parameters"] == ["quarter = '2026Q3'", "as_of = None", "horizon_months = 24 (set for this run)"]
    assert [line[0] for line in said["Checks"]] == ["✓", "✗", "–"]
    assert said["Definition"][0].startswith("ae15720ce1c5; ")
    assert said["Known"] == ["As known on 5 Oct 2026; the team's own notes up to 12 Oct 2026."]
    assert said["Code"] == ["cxlab 0.1.0+abc, Python 3.11.9; churn.ipynb, SHA-256 121212121212"]
    assert said["Run"] == ["2026Q3-b, made 12 Oct 2026 at 09:00; approved by Head of CX research"]
    folder = study.parent / "reports" / ".runs" / "2026Q3-b" / "downloads"
    assert said["Its table"] == [str(folder / "churn.retention.csv"), str(folder / "churn.retention.en.svg")]


def test_it_speaks_the_languages_of_the_study(study):
    found = explain("churn.retention", config=study, language="vi")
    assert "47%" in found.parts["Giá trị"][0]
    assert found.parts["Tham số"][-1] == "horizon_months = 24 (đặt riêng cho lượt chạy này)"
    with pytest.raises(UsageError, match=r"^--lang takes a language of the study \(en, vi\); got fr$"):
        explain("churn.retention", config=study, language="fr")


def test_names_that_came_from_the_data_are_those_the_run_kept(study):
    assert "Giá cước" in explain("voc.loud", config=study, language="vi").sentence


def test_a_number_that_is_not_given_says_why(study):
    found = explain("churn.median_tenure", config=study)
    assert found.parts["Value"] == ("Not given: Fewer than 10 customers: not shown.",)
    assert found.facts["value"] is None
    assert found.facts["withheld"] == "page.too_few_customers"


def test_what_computes_nothing_names_the_findings_it_reads(study):
    found = explain("overview.answer", config=study)
    assert found.parts["Evidence"][0] == "numbers already found: churn.retention"
    assert "Function" not in found.parts


@pytest.mark.parametrize(
    ("asked", "quarter"),
    [
        ("churn.retention", "2026Q3"),
        ("churn.retention@2026Q2", "2026Q2"),
        ("churn.retention@2026Q2-a", "2026Q2"),
        ("churn.retention-2", "2026Q3"),
        ("churn.html#churn.retention", "2026Q3"),
        ("../vi/churn.html#churn.retention-2@2026Q2", "2026Q2"),
        ("churn.retention.csv", "2026Q3"),
    ],
)
def test_every_way_the_pages_write_a_name_is_understood(study, asked, quarter):
    found = explain(asked, config=study)
    assert (found.name, found.quarter) == ("churn.retention", quarter)


def test_a_draft_is_explained_by_the_name_of_its_run(study):
    write_run(study.parent / "reports", "2026Q4", "2026Q4-c", state="draft")
    found = explain("churn.retention@2026Q4-c", config=study)
    assert found.parts["Run"][0].endswith("; a draft, not approved")


@pytest.mark.parametrize(
    ("asked", "problems"),
    [
        ("churn.retantion", ("did you mean churn.retention?",)),
        ("nps.retention", ("did you mean churn.retention?",)),
        ("x.y", ("it found churn.retention, churn.median_tenure, voc.loud, overview.answer",)),
    ],
)
def test_an_unknown_name_is_answered_with_near_ones(study, asked, problems):
    with pytest.raises(UsageError) as caught:
        explain(asked, config=study)
    assert caught.value.message == f"2026Q3 found nothing called {asked!r}"
    assert caught.value.problems == problems


def test_what_is_no_name_or_not_published_is_refused(study):
    reports = study.parent / "reports"
    with pytest.raises(UsageError) as caught:
        explain("retention", config=study)
    assert (
        caught.value.message == "a number is named like churn.retention or churn.retention@2026Q3; got 'retention'"
    )
    with pytest.raises(DataError) as gone:
        explain("churn.retention@2025Q1", config=study)
    assert str(gone.value) == f"2025Q1 is not published in {reports}\n  - published: 2026Q2, 2026Q3"
    with pytest.raises(DataError) as gone:
        explain("churn.retention@2026Q3-z", config=study)
    assert str(gone.value) == f"there is no run 2026Q3-z in {reports}\n  - published: 2026Q2, 2026Q3"
    for quarter in ("2026Q2", "2026Q3"):
        (reports / quarter).unlink()
    with pytest.raises(DataError) as gone:
        explain("churn.retention", config=study)
    assert str(gone.value) == f"nothing is published in {reports}\n  - published: no quarter"


def test_a_manifest_that_is_not_whole_is_refused(study):
    path = study.parent / "reports" / ".runs" / "2026Q3-b" / "manifest.json"
    path.write_text('{"quarter": "2026Q3"}')
    with pytest.raises(
        DataError, match="says nothing of as_of, fingerprint, load, run, steps; the run it describes"
    ):
        explain("churn.retention", config=study)
    path.write_text("{")
    with pytest.raises(DataError, match=r"manifest\.json cannot be read: .*; the run it describes is not whole$"):
        explain("churn.retention", config=study)


def test_as_it_is_typed(study):
    done = CliRunner().invoke(app, ["explain", "churn.retention", "--json", "--study", str(study)])
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == "churn.retention · 2026Q3"
    assert max(map(len, lines[:-1])) <= 400
    facts = json.loads(lines[-1])
    number = {"value": 0.466, "low": 0.456, "high": 0.476, "n": 5199}
    assert facts["value"] == {**number, "unit": "share", "kind": "confidence", "level": 0.95}
    assert facts["checks"] == {"follow_up": True, "links": False, "hidden": None}
    assert facts["tables"] == {"contracts": 12_845}
    unknown = CliRunner().invoke(app, ["explain", "churn.retantion", "--study", str(study)])
    assert (unknown.exit_code, unknown.stderr) == (
        2,
        "cxlab: 2026Q3 found nothing called 'churn.retantion'\n  - did you mean churn.retention?\n",
    )
