"""Bad input ends in words and an exit code, and never touches what is published."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import cxlab
from cxlab.cli import app

from .conftest import tiny

HEADER, *ROWS = tiny.CONTRACTS.splitlines()


def test_a_missing_file(study):
    (study.folder / "contracts.csv").unlink()
    study.declare('[sources.customers]\npath = "people.csv"\n')
    study.refuse_sources(
        f"customers: sources.customers.path: no file or folder at {study.folder}/people.csv",
        f"contracts: sources.contracts.path: no file or folder at {study.folder}/contracts.csv",
        see="data/README.md#customers, data/README.md#contracts",
    )


def test_a_missing_column(study):
    study.write("contracts.csv", "contract_id,customer,begin,end", *ROWS)
    there = "the source has: contract_id, customer, begin, end"
    study.refuse_sources(
        f"contracts: sources.contracts: the column customer_id is needed (who holds it); {there}",
        f"contracts: sources.contracts: the column start is needed (first day of service); {there}",
        see="data/README.md#contracts",
    )


def test_a_mapped_column_that_is_not_there(study):
    study.declare('columns = { start = "Start" }\n')
    study.refuse_sources(
        "contracts: sources.contracts.columns.start: the source has no column 'Start'; did you mean 'start'?",
        see="data/README.md#contracts",
    )


def test_a_wrong_type(study):
    study.write("contracts.csv", HEADER, *ROWS, "c6,f,soon,", "c7,g,2026-02-30,2026-06-31")
    study.refuse_rows(
        study.set_aside("contracts", "2 of 7 rows quarantined (28.6%"),
        "contracts: start_unreadable, 2 rows (contracts.csv record 7, contracts.csv record 8): "
        "needed: start as a date",
        "contracts: end_unreadable, 1 row (contracts.csv record 8): needed: end as a date",
        see="data/README.md#contracts",
    )
    kept = (study.folder / "prepared" / "quarantine" / "contracts.csv").read_text("utf-8-sig").splitlines()
    assert kept[0] == "source,record,reasons,contract_id,customer_id,start,end"
    assert kept[1] == "contracts:contracts.csv,7,start_unreadable,c6,f,soon,"

    study.write("contracts.csv", HEADER, *ROWS)
    assert study.type("check").exit_code == 0
    assert not (study.folder / "prepared" / "quarantine" / "contracts.csv").exists()


def test_an_empty_table(study):
    study.write("contracts.csv", HEADER)
    study.refuse_sources("contracts: no source has a row; read: contracts.csv", see="data/README.md#contracts")
    study.write("contracts.csv")
    study.refuse_sources(
        "contracts: contracts.csv has no header: record 1 is empty or not there", see="data/README.md#contracts"
    )


def test_duplicate_keys(study):
    study.write("contracts.csv", HEADER, *ROWS, *["c1,z,2025-02-01,"] * 4)
    study.refuse_rows(
        study.set_aside("contracts", "4 of 9 rows quarantined (44.4%"),
        "contracts: duplicate_key, 4 rows (contracts.csv record 7, contracts.csv record 8, "
        "contracts.csv record 9, ...): contract_id stands in an earlier row already (the first one is used)",
        see="data/README.md#contracts",
    )


def test_dates_reversed(study):
    study.write("contracts.csv", HEADER, *ROWS, "c6,f,2026-05-01,2026-04-01")
    study.refuse_rows(
        study.set_aside("contracts", "1 of 6 rows quarantined (16.7%"),
        "contracts: end_before_start, 1 row (contracts.csv record 7): needed: end is on or after start",
        see="data/README.md#contracts",
    )


def test_scores_out_of_range(study):
    study.write(
        "answers.csv",
        "response_id,answered_at,nps,csat,scale_min,scale_max",
        "r1,2026-08-01,11,3,1,5",
        "r2,2026-08-01,-1,9,1,5",
    )
    study.declare('[sources.survey_responses]\npath = "answers.csv"\n')
    study.refuse_rows(
        study.set_aside("survey_responses", "2 of 2 rows quarantined (100.0%"),
        "survey_responses: nps_outside_scale, 2 rows (answers.csv record 2, answers.csv record 3): "
        "needed: nps lies between 0 and 10",
        "survey_responses: csat_outside_scale, 1 row (answers.csv record 3): "
        "needed: csat lies between scale_min and scale_max",
        see="data/README.md#survey_responses",
    )


def test_ragged_rows(study):
    study.write("contracts.csv", HEADER, *ROWS, "c6,f", "c7,g,2026-02-01,,more")
    study.refuse_rows(
        study.set_aside("contracts", "2 of 7 rows quarantined (28.6%"),
        "contracts: ragged_row, 2 rows (contracts.csv record 7, contracts.csv record 8): "
        "the row has more or fewer fields than the header",
        see="data/README.md#contracts",
    )


def test_the_study_decides_how_many_refused_rows_stop_a_run(study):
    study.write("contracts.csv", HEADER, *ROWS, "c6,f")
    study.setting("made_up = true", "made_up = true\nquarantine_share = 0.2")
    checked = study.type("check")
    assert checked.exit_code == 0
    assert "  contracts: 1 of 6 rows quarantined (16.7%; quarantine_share in study.toml allows 20.0%)" in (
        checked.stdout
    )
    assert study.type("run", "2026Q3", "--dry-run").exit_code == 0
    study.setting("quarantine_share = 0.2", "quarantine_share = 0.1")
    assert study.type("run", "2026Q3", "--dry-run").exit_code == 69


def test_nothing_left_after_the_quarantine(study):
    study.write("contracts.csv", HEADER, "c1,a,soon,")
    said = study.set_aside("contracts", "1 of 1 rows quarantined (100.0%")
    done = study.type("check", "2026Q3")
    assert done.exit_code == 69
    assert done.stderr.splitlines() == [
        "cxlab: too many rows were refused; 2026Q3 has no data",
        f"  - {said}",
        "  - needed: rows from 2026-07-01 on; contracts have no row before 2026-10-01",
        "  See data/README.md#contracts",
    ]
    assert f"  {said}" in done.stdout.splitlines()


def test_a_quarter_in_the_future(study):
    study.setting("made_up = true", "made_up = false")
    for command in ("run", "check"):
        done = study.type(command, "2190Q1")
        assert done.exit_code == 69
        assert "cxlab: 2190Q1 is not over\n  - needed: a last day before today, 2" in done.stderr
        assert "; it is 2190-03-31" in done.stderr


def test_a_quarter_without_data(study):
    said = [
        "2030Q1 has no data",
        "- needed: rows from 2030-01-01 on; contracts reach to 2026-08-15",
        "See data/README.md",
    ]
    study.refuse("run", "2030Q1", code=69, said=said)
    study.refuse("check", "2030Q1", code=69, said=said)
    early = [
        "2024Q1 ends before the study's window opens",
        "- needed: a last day on or after 2025-01-01 (window_opens in study.toml); it is 2024-03-31",
    ]
    study.refuse("run", "2024Q1", code=69, said=early)
    study.refuse("check", "2024Q1", code=69, said=early)


def test_unknown_parameters_and_malformed_values(study):
    sets = ("overview.month=1", "churn.x=1", "months=3", "overview.months=1.5", "overview.quarter=2026Q1")
    study.refuse(
        "run",
        "2026Q3",
        *(word for given in sets for word in ("--set", given)),
        code=2,
        said=[
            "the run was not started; nothing has changed",
            "- unknown parameter of overview 'month'; did you mean 'months'?",
            "- unknown step 'churn'; known: overview",
            "- --set looks like churn.horizon_months=24; got 'months=3'",
            "- overview.months needs int; got '1.5'",
            "- overview.quarter is set by the command itself (`cxlab run 2026Q3 --as-of 2026-10-15`)",
        ],
    )


def test_a_malformed_study_file(study):
    study.setting('currency = "VND"', 'currency = "dong"\ngrace = 3')
    study.setting("window_opens = 2025-01-01", 'window_opens = "soon"')
    study.setting("[sources.contracts]", "[sources.contract]")
    study.declare('date_order = "xyz"\n[labels.plan]\nbasic = { en = "Basic" }\n')
    said = [
        f"{study.file} has 6 problems",
        "- currency: needs three capitals of ISO 4217 such as VND; got 'dong'",
        "- window_opens: needs a date such as 2024-01-01; got 'soon'",
        "- sources.contract.date_order: needs 'ymd', 'dmy' or 'mdy'; got 'xyz'",
        "- grace: no such setting; did you mean 'grace_days'?",
        "- sources.contract.table: no table of the contract is called 'contract'; did you mean 'contracts'?",
        "- labels.plan.basic: needs a label in vi",
        "See data/README.md#studytoml",
    ]
    study.refuse("run", "2026Q3", code=2, said=said)
    study.refuse("check", code=2, said=said)


def test_a_study_file_that_is_no_toml(study):
    study.declare("sources = [")
    for words in (("run", "2026Q3"), ("check",)):
        done = study.type(*words)
        assert done.exit_code == 2
        assert done.stderr.startswith(f"cxlab: {study.file} is not a TOML file\n  - ")


def test_another_studys_reports(study):
    study.setting('name = "Tiny"', 'name = "Other"')
    said = (
        f"{study.folder}/reports holds the reports of 'Tiny', and this study is 'Other': "
        "set another `reports` folder in study.toml"
    )
    for words, doing in ((("--dry-run",), "checking"), ((), "running")):
        done = study.type("run", "2026Q3", *words)
        assert (done.exit_code, done.stderr.splitlines()) == (2, [f"2026Q3: {doing}", f"cxlab: {said}"])


def test_a_truncated_parquet_file(study):
    file = study.folder / "people.parquet"
    pd.DataFrame({"customer_id": [f"c{number}" for number in range(5_000)]}).to_parquet(file)
    file.write_bytes(file.read_bytes()[:-500])
    study.declare('[sources.customers]\npath = "people.parquet"\n')
    for words in (("run", "2026Q3"), ("check",)):
        done = study.type(*words)
        assert done.exit_code == 69
        assert f"\n  - customers: {file} cannot be read as parquet: " in f"\n{done.stderr}"
        assert "\n  See data/README.md#customers\n" in done.stderr


def test_a_parquet_file_damaged_behind_its_header(study):
    file = study.folder / "people.parquet"
    pd.DataFrame({"customer_id": [f"c{number}" for number in range(5_000)]}).to_parquet(file)
    data = file.read_bytes()
    file.write_bytes(data[:4] + b"\xff" * 2_000 + data[2_004:])
    study.declare('[sources.customers]\npath = "people.parquet"\n')
    for words in (("run", "2026Q3"), ("check",)):
        done = study.type(*words)
        assert done.exit_code == 69
        said = "  - customers: sources.customers: people.parquet cannot be read to its end: "
        assert said in done.stderr


def test_a_text_file_named_xlsx(study):
    study.write("people.xlsx", "customer_id,region", "a,hn")
    study.declare('[sources.customers]\npath = "people.xlsx"\n')
    for words in (("run", "2026Q3"), ("check",)):
        done = study.type(*words)
        assert done.exit_code == 69
        assert "\n  - customers: people.xlsx is not an Excel file: " in f"\n{done.stderr}"
        assert '; if it is text, set format = "csv"\n  See data/README.md#customers\n' in done.stderr


def test_a_folder_where_a_file_is_needed(study):
    (study.folder / "people.csv").mkdir()
    study.declare('[sources.customers]\npath = "people.csv"\n')
    study.refuse_sources(
        f"customers: sources.customers.path: needed a file, and a folder stands at {study.folder}/people.csv",
        see="data/README.md#customers",
    )


def test_a_question_without_its_tables_leaves_a_report_that_says_so(study, tmp_path):
    book = Path(cxlab.__file__).parents[1] / "notebooks" / "overview.ipynb"
    (tmp_path / "notebooks").mkdir()
    shutil.copy(book, tmp_path / "notebooks")
    tiny.write_notebook(tmp_path / "notebooks", "churn", "1/0")
    (tmp_path / "answers.csv").write_text("response_id,answered_at,nps\nr1,2026-08-01,9\n")
    text = study.file.read_text().replace("sources.contracts", "sources.survey_responses")
    (tmp_path / "study.toml").write_text(text.replace("contracts.csv", "answers.csv"))
    done = CliRunner().invoke(app, ["run", "2026Q3", "--study", str(tmp_path)])
    assert done.exit_code == 0, done.output
    off = "churn needs contracts or transactions and rules.activity; missing: contracts"
    assert f"2026Q3: churn is off: {off}" in done.stderr.splitlines()
    assert "No number" in (tmp_path / "reports" / "2026Q3" / "en" / "overview.html").read_text()


def _as_nobody_special():
    """Words before a command that take away the right to read everything, or a skip where that cannot be done."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root reads every folder, and setpriv is not there to give that up")
    rights = "-dac_override,-dac_read_search"
    return ["setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}"]


@pytest.mark.parametrize(
    ("closed", "said"),
    [
        ("people", "  - customers: sources.customers.path: not allowed to read {}"),
        ("people/part", "  - customers: sources.customers.path: not allowed to read {}"),
        ("study.toml", "cxlab: the study file {} cannot be read: Permission denied"),
        ("reports", "cxlab: not allowed to read or write {}/.study"),
    ],
)
def test_what_may_not_be_read(study, closed, said):
    (study.folder / "people" / "part").mkdir(parents=True)
    study.declare('[sources.customers]\npath = "people"\n')
    path = study.folder / closed
    before, mode = study.published(), path.stat().st_mode
    path.chmod(0)
    try:
        done = subprocess.run(
            [*_as_nobody_special(), sys.executable, "-m", "cxlab", "run", "2026Q3", "--study", str(study.file)],
            capture_output=True,
            text=True,
        )
    finally:
        path.chmod(mode)
    assert said.format(path) in done.stderr.splitlines()
    assert done.returncode == (2 if closed == "study.toml" else 69)
    assert study.published() == before


def test_no_study_found(tmp_path, monkeypatch):
    monkeypatch.delenv("CXLAB_STUDY", raising=False)
    monkeypatch.chdir(tmp_path)
    for words in (("run", "2026Q3"), ("check",)):
        done = CliRunner().invoke(app, words)
        assert (done.exit_code, done.stderr.splitlines()) == (
            2,
            [
                f"cxlab: no study found at or above {tmp_path}",
                "  - needed: a folder with study.toml or data/study.toml, or CXLAB_STUDY naming one",
                "  - cxlab init makes one",
            ],
        )
        named = CliRunner().invoke(app, [*words, "--study", "nowhere.toml"])
        assert (named.exit_code, named.stderr.splitlines()) == (
            2,
            [f"cxlab: no study file at {tmp_path}/nowhere.toml", "  - cxlab init makes one"],
        )
        folder = CliRunner().invoke(app, [*words, "--study", "."])
        assert (folder.exit_code, folder.stderr.splitlines()[0]) == (2, f"cxlab: no study found in {tmp_path}")


@pytest.mark.parametrize(
    ("command", "quarter", "said"),
    [
        ("run", "2026Q9", "quarter must look like '2026Q3'; got '2026Q9'"),
        ("check", "2026Q9", "quarter must look like '2026Q3'; got '2026Q9'"),
        (
            "run",
            "2026Q3..2025Q1",
            "a span of quarters runs from the older to the newer; got '2026Q3..2025Q1'",
        ),
        ("check", "2025Q1..2026Q3", "quarter must look like '2026Q3'; got '2025Q1..2026Q3'"),
    ],
)
def test_quarters_that_are_none(study, command, quarter, said):
    study.refuse(command, quarter, code=2, said=[said])
