"""The benchmark at scale: it covers what the notebooks ask for, and its tables say what was measured."""

from __future__ import annotations

import ast
import json
import math
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest

import cxlab.evidence

BENCHMARKS = Path(__file__).parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

from scale import render  # noqa: E402
from scale.evidence import asked_of, evidence_of, pieces, together  # noqa: E402
from scale.fits import BARS, FITS  # noqa: E402
from scale.loading import alone, as_csv, thin_out, told_of  # noqa: E402
from scale.looking import Looked, columns_of, owner  # noqa: E402
from scale.meter import Meter  # noqa: E402
from scale.names import FROM_ELSEWHERE, Names  # noqa: E402
from scale.results import newest  # noqa: E402
from scale.scans import scan_sql  # noqa: E402
from scale.stories import evidence_names, stories, story  # noqa: E402

NOT_MEASURED = {"revenue_edges"}
"""What another builder calls for itself."""


def line(cpu, *, customers=1_000_000, when="2026-11-01", **other):
    about = {"threads": 1, "machine": "2 cores", "commit": "abc", "wall": cpu, "peak": 0.5, "start": 0.2}
    return {"what": "call", "story": "churn", "cpu": cpu, "customers": customers, "when": when, **about, **other}


def test_every_builder_of_evidence_is_measured():
    measured = {ast.parse(name, mode="eval").body.func.id for name, piece in pieces() if piece["job"] == "call"}
    assert set(cxlab.evidence.__all__) - measured == NOT_MEASURED


@pytest.mark.parametrize(
    "path", sorted((BENCHMARKS.parents[1] / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem
)
def test_every_call_in_a_notebook_is_measured_as_it_is_written(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    names = [node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)]
    measured = [name for name, piece in pieces() if piece["story"] == path.stem and piece["job"] == "call"]
    found = [node.id for call in measured for node in ast.walk(ast.parse(call)) if isinstance(node, ast.Name)]
    assert [names.count(each) for each in cxlab.evidence.__all__] == [
        found.count(each) for each in cxlab.evidence.__all__
    ]


@pytest.mark.parametrize("name", sorted(stories()))
def test_every_name_in_a_call_is_known_to_its_story(name):
    known, own = Names(stories()[name], study=None, kept=Path()), {"study", *FROM_ELSEWHERE}
    for call in stories()[name].calls:
        asked = {node.id for node in ast.walk(ast.parse(call)) if isinstance(node, ast.Name)}
        assert asked - own <= set(known)


def test_every_fit_and_every_bar_is_found_in_its_story():
    for fit in FITS:
        assert fit.name in stories()[fit.story].assigned, fit.title
    for bar in BARS:
        assert set(evidence_of(bar)) <= set(stories()[bar.story].calls), bar.title
        assert len(asked_of(bar)) == len(bar.evidence) + len(bar.made), bar.title
        assert set(bar.fits) <= {fit.title for fit in FITS}


def test_a_story_holds_the_outermost_calls_and_the_first_values():
    tree = ast.parse(
        "from cxlab.evidence import risk_table\nfrom cxlab.evidence.bucket import KEY\n"
        "lives, width = study.lives, 3\nfound = other(risk_table(lives, by=risk_table(1)))\nwidth = 4\n"
        "one, two = pair"
    )
    names = evidence_names(node for node in tree.body if isinstance(node, ast.ImportFrom))
    read = story("mine", tree.body, names=names, imports="")
    assert read.calls == ("risk_table(lives, by=risk_table(1))",)
    assert {name: (ast.unparse(of), place) for name, (of, place) in read.assigned.items()} == {
        "lives": ("study.lives", None), "width": ("3", None), "one": ("pair", 0), "two": ("pair", 1),
        "found": ("other(risk_table(lives, by=risk_table(1)))", None),
    }  # fmt: skip


def test_evidence_is_made_once_and_kept(tmp_path):
    tree = ast.parse("made = count(study)\nlater = made + 1")
    read = story(
        "mine", tree.body, names={"count"}, imports="def count(study): study.append(1); return len(study)"
    )
    times = []
    for _ in range(2):
        assert Names(read, study=times, kept=tmp_path)["later"] == 2
    assert times == [1]


def test_columns_of_a_plan_are_those_shown_and_those_filtered_by():
    scan = {
        "name": "READ_PARQUET ", "children": [],
        "extra_info": {"Projections": ["plan", "day"], "Filters": "exit_day<7 AND exit_day IS NOT NULL"},
    }  # fmt: skip
    plan = [{"name": "AGGREGATE", "children": [scan], "extra_info": {}}]
    (found,) = columns_of(plan)
    lives = ["plan", "exit_day", "day", "account_id"]
    assert found & set(lives) == {"plan", "exit_day", "day"}
    assert owner(found, among={"days": ["day", "customer_id"], "lives": lives}) == "lives"


def test_every_statement_is_looked_at_also_those_that_fill_a_table(tmp_path):
    engine = duckdb.connect()
    engine.execute(f"COPY (SELECT 1 AS day, 'a' AS plan, 2 AS spell) TO '{tmp_path / 'a.parquet'}'")
    engine.execute(f"CREATE VIEW lives AS SELECT * FROM '{tmp_path / 'a.parquet'}'")
    looked = Looked(engine, tables={"lives": ["day", "plan", "spell"]}, meter=Meter())
    looked.execute("CREATE TABLE held (day INTEGER)").execute("INSERT INTO held SELECT day FROM lives")
    assert looked.read == {"lives": {"day"}}
    assert looked.sql("SELECT max(spell) FROM lives WHERE plan = 'a'").fetchall() == [(2,)]
    assert looked.read == {"lives": {"day", "plan", "spell"}}


def test_a_bare_scan_touches_every_column():
    types = {"day": "INTEGER", "customer_id": "VARCHAR", "left": "BOOLEAN", "since": "DATE"}
    wanted = 'SELECT sum("day"), sum(strlen("customer_id")), count_if("left"), sum(year("since")) FROM days'
    assert scan_sql("days", types) == wanted
    both = together([{"lives": ["plan", "day"]}, {"days": ["day"], "lives": ["plan", "cause"]}])
    assert both == {"days": ["day"], "lives": ["cause", "day", "plan"]}


def test_growth_is_the_slope_between_all_sizes():
    assert render.exponent({10**6: 3.0, 10**7: 3.0 * 10**0.8, 5 * 10**7: 3.0 * 50**0.8}) == pytest.approx(0.8)
    assert render.exponent({10**6: 3.0}) is None
    assert math.isclose(render.exponent({10**6: 1.0, 2 * 10**6: 4.0}), 2.0)


def test_the_newest_measurement_counts_and_of_its_runs_the_middle_one():
    runs = [line(9.0), line(2.0, when="2026-11-02"), line(4.0, when="2026-11-02"), line(3.0, when="2026-11-02")]
    (found,) = newest(runs, by=("story", "customers")).values()
    assert (found["cpu"], found["runs"]) == (3.0, 3)


def test_the_tables_say_what_was_measured(tmp_path):
    call, at_one_size = stories()["churn"].calls[:2]
    results = tmp_path / "results"
    results.mkdir()
    measured = [
        line(2.0, name=call, scan="lives: plan"), line(20.0, name=call, scan="lives: plan", customers=10_000_000),
        line(0.5, name="lives: plan", what="scan", story=""), line(7.0, name=at_one_size),
    ]  # fmt: skip
    (results / "evidence.jsonl").write_text("\n".join(map(json.dumps, measured)), encoding="utf-8")
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{render.BEGIN}\nold\n{render.END}\nafter\n", encoding="utf-8")
    render.write(readme=readme, folder=results)
    text = readme.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith(f"{render.END}\nafter\n")
    assert "old" not in text
    assert f"| churn | `{call}` | 2.00 s, 0.50 GB, 4.0x | 20.0 s, 0.50 GB | 1.00 |" in text
    assert "|  | **all that were measured at each size** | 2.00 s, 0.50 GB | 20.0 s, 0.50 GB | 1.00 |" in text


def test_ours_stands_beside_theirs_and_a_library_that_gave_up_says_so():
    about = {"against": "lifelines", "name": "Cox"}
    ours = line(2.0, what="ours", found={"a": 1.0, "b": 5.0}, **about)
    ours["start"], theirs = 0.25, line(50.0, what="theirs", found={"a": 1.001, "c": 2.0}, **about)
    theirs["start"] = 0.4
    (row,) = render.anchors([ours, theirs])[4:]
    assert (
        row == "| Cox, 1 million customers | lifelines | 2.00 s, 0.50 GB (0.25 GB) | 50.0 s, 0.50 GB (0.10 GB) "
        "| 25.0x | 1.0x (0.4x) | 1e-03 |"
    )
    gave_up = {
        name: theirs[name] for name in ("what", "against", "name", "customers", "when", "threads", "machine")
    }
    gave_up |= {"commit": "abc", "failed": "stopped after 15 min", "spent": 301.2}
    (row,) = render.anchors([ours, gave_up])[4:]
    assert (
        row == "| Cox, 1 million customers | lifelines | 2.00 s, 0.50 GB (0.25 GB) "
        "| stopped after 15 min and 301 s of CPU | over 151x |  |  |"
    )


def test_a_study_of_one_table_keeps_the_rules_and_no_other_source():
    others = '[sources.codings]\npath = "x"\n\n[due.rest_days]\ncontracts = 3\n\n'
    given = f'name = "A"\n\n{others}[rules]\ntax_share = 0.1\n'
    wanted = 'name = "A"\n\n[rules]\ntax_share = 0.1\n\n[sources.transactions]\npath = "t.csv"\n'
    assert alone(given, file=Path("t.csv")) == wanted
    assert told_of("customers: 1,000,000 rows accepted in 2.3 s") == ("customers", {"rows": 1_000_000})
    assert told_of("the rest") == ("the rest", {})


def test_a_load_says_what_all_steps_cost_and_keeps_loads_of_fewer_transactions_apart():
    days = line(18.0, customers=50_000_000) | {"what": "step", "name": "days", "wall": 10.0, "peak": 1.0}
    found = [days, days | {"name": "lives", "wall": 5.0, "cpu": 9.0, "peak": 2.0}]
    found.append(days | {"since": "2026-01-01", "wall": 4.0})
    found.append(days | {"since": "2026-01-01", "csv": True, "wall": 6.0})
    assert render.load(found)[-1] == "| **all steps** | 15.0 s, 27.0 s, 2.00 GB |"
    assert render.load(found, laid={"since"})[-1] == "| **all steps** | 4.00 s, 18.0 s, 1.00 GB |"
    assert render.load(found, laid={"since", "csv"})[-1] == "| **all steps** | 6.00 s, 18.0 s, 1.00 GB |"


def test_transactions_are_thinned_out_in_a_file_of_their_own(tmp_path):
    frame = pd.DataFrame({"txn_id": ["a", "b"], "at": pd.to_datetime(["2025-12-31 23:59", "2026-01-01 00:00"])})
    frame.to_parquet(tmp_path / "all.parquet")
    study = (BENCHMARKS.parents[1] / "data" / "study.toml").read_text("utf-8")
    study = study.replace("sample/transactions.parquet", "all.parquet")
    (tmp_path / "study.toml").write_text(study, "utf-8")
    thin_out(tmp_path, since="2026-01-01")
    wanted = study.replace("all.parquet", "transactions.parquet")
    assert (tmp_path / "study.toml").read_text("utf-8") == wanted
    assert list(pd.read_parquet(tmp_path / "transactions.parquet")["txn_id"]) == ["b"]


def test_sources_are_laid_out_as_csv_and_the_study_file_tells_so(tmp_path):
    pd.DataFrame({"txn_id": ["a", "b"], "amount": [1, None]}).to_parquet(tmp_path / "all.parquet")
    study = '[sources.transactions]\npath = "all.parquet"\n\n[sources.codebook]\npath = "codebook.yaml"\n'
    head = 'name = "A"\ncurrency = "VND"\ntime_zone = "UTC"\nwindow_opens = 2024-01-01\nreports = "reports"\n'
    (tmp_path / "study.toml").write_text(head + study, "utf-8")
    as_csv(tmp_path)
    assert 'path = "transactions.csv"\n\n[sources.codebook]' in (tmp_path / "study.toml").read_text("utf-8")
    assert (tmp_path / "transactions.csv").read_text("utf-8") == "txn_id,amount\na,1.0\nb,\n"
