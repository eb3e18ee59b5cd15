"""``cxlab verify``: a published quarter computed again; what is equal, what is not, and what has changed since."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from cxlab.cli import app
from cxlab.errors import DataError, UsageError
from cxlab.run.changed import changes
from cxlab.run.explain import explain
from cxlab.run.kept import kept
from cxlab.run.verify import team_as_of, told, verify

from . import notebooks as tiny

COUNTING = """import pandas as pd
from cxlab.finding import Check, Estimate, Finding, Message
from cxlab.report import record, show
from cxlab.tables import open_study
study = open_study(quarter)
n = float(study.tables["contracts"].count().execute())
share = n / (n + extra)
row = {"low": [share / 2], "high": [1.0], "n": [int(n)]}
value = Estimate(value=share, low=share / 2, high=1.0, unit="share", n=int(n))
what = Message("page.no_material_change", {"what": str(study.team_as_of), "value": value, "band": "1%"})
found = Finding(
    name="churn.left", about=study.quarter, definition="abc", headline=value, message=what, shape="bars",
    table=pd.DataFrame({"plan": ["en90"], "estimate": [share], **row}), method=Message("sure.independent"),
    checks=(Check(name="links", passed=n < 6, message=Message("sure.linked")),),
)
show(study, found, as_="table")
record(study, [found])"""


@pytest.fixture(scope="module")
def counting(tmp_path_factory):
    """A published quarter of one notebook that counts contracts, and one parameter set."""
    folder = tmp_path_factory.mktemp("verify")
    file = tiny.write_study(folder)
    path = tiny.write_notebook(
        folder / "notebooks", "churn", parameters='quarter: str = ""  # q\nextra: int = 1  # more'
    )
    notebook = json.loads(path.read_text())
    notebook["cells"][-1]["source"] = COUNTING
    path.write_text(json.dumps(notebook))
    done = CliRunner().invoke(app, ["run", "2026Q3", "--set", "churn.extra=3", "--study", str(file)])
    assert done.exit_code == 0, done.output
    return file


@pytest.fixture
def study(counting):
    """The published study, its sources and its manifest whole again after every test."""
    folder = counting.parent
    manifest = folder / "reports" / "2026Q3" / "manifest.json"
    kept = {path: path.read_bytes() for path in (folder / "contracts.csv", counting, manifest)}
    yield counting
    for path, content in kept.items():
        path.write_bytes(content)


def content(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_same_quarter_comes_out_the_same_and_nothing_is_touched(study):
    reports = study.parent / "reports"
    before = content(reports)
    done = CliRunner().invoke(app, ["verify", "2026Q3", "--json", "--study", str(study)])
    assert done.exit_code == 0, done.output
    assert content(reports) == before
    told_lines = done.stdout.splitlines()
    counted = r"(\d+) numbers in 1 findings compared: \1 equal \(whole numbers exactly, others within 1e-9\)"
    assert re.fullmatch(counted, told_lines[1])
    assert re.fullmatch(r"(\d+) words, verdicts and results of checks compared: \1 equal", told_lines[2])
    facts = json.loads(told_lines[-1])
    assert facts["comparison"]["differences"] == []
    assert facts["comparison"]["numbers"] == facts["comparison"]["numbers_equal"] == 15
    assert [each for each in facts["changes"] if each["what"] != "cxlab"] == []


def test_what_differs_is_told_place_by_place_and_what_has_changed_since(study):
    """A contract more, a setting, and a manifest that names other code, packages and another day of the team."""
    contracts, path = study.parent / "contracts.csv", study.parent / "reports" / "2026Q3" / "manifest.json"
    contracts.write_text(contracts.read_text() + "c6,f,2026-07-11,\n")
    study.write_text(study.read_text() + "\n[material_change]\nnps = 4\n")
    manifest = json.loads(path.read_text())
    manifest["packages"]["pandas"] = "2.0.0"
    manifest["steps"]["churn"]["sha256"] = "0" * 64
    path.write_text(json.dumps(manifest | {"team_as_of": "2026-10-20", "cxlab": "0.0.9"}))
    done = CliRunner().invoke(app, ["verify", "2026Q3", "--study", str(study)])
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[0].endswith(", known on 2026-10-05, the team's work to 2026-10-20")
    assert "  churn.left: headline: value: 0.625 then, 0.6666666666666666 now" in lines
    assert "  churn.left: table: n, plan=en90: 5 then, 6 now" in lines
    assert "  churn.left: check links: passed: True then, False now" in lines
    # the notebook says which day of the team's work it saw
    assert [
        line for line in lines if re.fullmatch(r"  churn\.left: message: what: '.*' then, '2026-10-20' now", line)
    ]
    changed = lines[lines.index("What has changed since it was published:") + 1 :]
    assert [line.split(": ")[:2] for line in changed] == [
        ["  data", "contracts"],
        ["  code", "cxlab"],
        ["  notebook", "churn.ipynb"],
        ["  package", "pandas"],
    ]
    assert re.fullmatch(r"  data: contracts: 5 rows, [0-9a-f-]{12} then, 6 rows, [0-9a-f-]{12} now", changed[0])
    assert changed[3].startswith("  package: pandas: 2.0.0 then, ")
    many, run = sum(line.startswith("  churn.left: ") for line in lines), path.parent.readlink().name
    said = f"cxlab: 2026Q3 does not come out the same: {many} differences from run {run}"
    assert done.stderr.splitlines()[-1] == said


def test_settings_are_named_where_no_table_differs(study):
    manifest = json.loads((study.parent / "reports" / "2026Q3" / "manifest.json").read_text())
    was = kept(study.parent / "reports", quarter="2026Q3")
    assert changes(was, now=manifest) == ()
    (change,) = changes(was, now=manifest | {"fingerprint": "another"})
    assert (change.kind, change.what, change.now) == ("settings", "study.toml", "another")


def test_an_earlier_quarter_that_was_published_later_is_named(study):
    reports = study.parent / "reports"
    manifest = json.loads((reports / "2026Q3" / "manifest.json").read_text())
    later = reports / ".runs" / "2026Q2-later"
    later.mkdir()
    (later / "manifest.json").write_text(json.dumps({"run": {"made_at": "2099-01-01T00:00:00+00:00"}}))
    (reports / "2026Q2").symlink_to(".runs/2026Q2-later")
    (change,) = changes(kept(reports, quarter="2026Q3"), now=manifest)
    assert (change.kind, change.what, change.now) == ("earlier", "2026Q2", "2026Q2-later")
    (reports / "2026Q2").unlink()
    (later / "manifest.json").unlink()
    later.rmdir()


def test_every_name_on_the_pages_can_be_explained(study):
    report = study.parent / "reports" / "2026Q3"
    named = set()
    for page in report.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        named |= set(re.findall(r'(?:href="[^"]*#|data-finding="|id=")(churn\.[^"]+)"', text))
        named |= set(re.findall(r"<code>(churn\.[^<]+)</code>", text)) - {"churn.ipynb"}
        named |= set(re.findall(r'href="\.\./downloads/(churn\.[^"]+)"', text))
    assert {"churn.left", "churn.left.csv"} <= named
    for name in named:
        assert explain(name, config=study).name == "churn.left"


def test_what_was_never_published_ends_with_69(study):
    done = CliRunner().invoke(app, ["verify", "2026Q2", "--study", str(study)])
    reports = study.parent / "reports"
    assert (done.exit_code, done.stderr.splitlines()[-2:]) == (
        69,
        [f"cxlab: 2026Q2 is not published in {reports}", "  - published: 2026Q3"],
    )
    with pytest.raises(DataError):
        verify("2025Q1", config=study)
    with pytest.raises(UsageError, match="quarter must look like '2026Q3'; got 'Q3'"):
        verify("Q3", config=study)


def test_a_parameter_that_was_set_and_is_gone_is_refused(study):
    from cxlab.run import plan_run

    (step,) = plan_run(study).steps
    facts = {"parameters": {"quarter": "2026Q3", "extra": 3, "old": 2}, "changed": ["extra"]}
    assert told(step, facts) == {"extra": 3}
    assert told(step, {"parameters": {"extra": 1}, "changed": []}) == {}
    with pytest.raises(UsageError) as caught:
        told(step, {"parameters": {"extra": "x", "old": 2}, "changed": ["extra", "old"]})
    assert caught.value.problems == (
        "churn.extra was 'x'; it takes int now",
        "churn.old was 2; churn.ipynb has no such parameter now",
    )


def test_where_a_manifest_does_not_say_the_teams_date_it_is_the_day_of_the_run():
    class Config:
        zone = ZoneInfo("Asia/Ho_Chi_Minh")

    made = datetime(2026, 10, 12, 20, 0, tzinfo=UTC).isoformat()
    assert team_as_of({"run": {"made_at": made}}, config=Config()) == date(2026, 10, 13)
    assert team_as_of({"team_as_of": "2026-10-01"}, config=Config()) == date(2026, 10, 1)
