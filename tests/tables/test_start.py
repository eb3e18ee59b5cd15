"""The dictionary, a new study, and the report of a load in words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cxlab.errors import DataError, UsageError
from cxlab.tables import check_study, describe, init_study, open_study
from cxlab.tables.config import read_config
from cxlab.tables.coverage import newest_quarter
from cxlab.tables.dictionary import dictionary
from cxlab.tables.schema import NEEDS, TABLES

from .conftest import CONTRACTS, CUSTOMERS


def test_the_dictionary_beside_the_data_is_the_one_written_from_the_contract():
    written = (Path(__file__).parents[2] / "data" / "README.md").read_text(encoding="utf-8")
    assert written == dictionary(), "run: python -m cxlab.tables.dictionary"


def test_the_dictionary_names_every_table_and_column():
    text = dictionary()
    for table in TABLES.values():
        section = text.partition(f"\n## {table.name}\n")[2].partition("\n## ")[0]
        assert table.meaning in section
        for column in table.columns:
            assert f"`{column.name}` | " in section or f"`{column.name}`** | " in section


def test_keys_references_and_rules_name_columns_that_are_there():
    for table in TABLES.values():
        assert set(table.key) <= set(table.names)
        for reference in table.references:
            assert reference.column in table.names
            assert reference.to in TABLES[reference.table].names
        for rule in table.rules:
            assert set(rule.needs) <= set(table.names)
        with pytest.raises(KeyError, match="nothing"):
            table.column("nothing")
    for ways in NEEDS.values():
        for need in (need for way in ways for need in way if not need.startswith("rules.")):
            name, _, column = need.partition(".")
            assert not column or column in TABLES[name].names


def test_a_new_study_reads_and_says_what_it_lacks(tmp_path):
    written = init_study(tmp_path / "My phones")
    assert [path.name for path in written][:4] == ["study.toml", "codebook.yaml", "events.csv", "decisions.csv"]
    assert all(path.is_file() for path in written)
    config = read_config(written[0])
    assert config.name == "My phones"
    assert not config.made_up
    assert ((tmp_path / "My phones" / "private").stat().st_mode & 0o777) == 0o700
    text = written[0].read_text(encoding="utf-8")
    written[0].write_text(f'{text}\n[sources.codebook]\npath = "codebook.yaml"\n', encoding="utf-8")
    assert check_study("2026Q1", config=written[0]).load.tables["codebook"].accepted == 1
    written[0].write_text(text, encoding="utf-8")
    found = check_study("2026Q1", config=tmp_path / "My phones")
    assert list(found.load.tables) == ["events", "decisions"]
    assert isinstance(found.refused, DataError)
    assert str(found.refused) == (
        "2026Q1 has no data\n"
        "  - no table with customers or their doings is declared in study.toml\n"
        "  See data/README.md"
    )


@pytest.mark.parametrize(
    ("before", "made_up", "chosen"),
    [
        (date(2025, 1, 1), False, "2024Q2"),  # the last quarter something happened in
        (date(2024, 7, 1), False, "2024Q2"),
        (date(2024, 6, 30), False, "2024Q1"),  # the second quarter is not over yet
        (date(2024, 6, 30), True, "2024Q2"),
    ],
)
def test_a_check_without_a_quarter_takes_the_last_finished_one_with_data(make_study, before, made_up, chosen):
    tables = open_study("2024Q2", config=make_study()).tables
    assert str(newest_quarter(tables, before=before, made_up=made_up, first_month=1)) == chosen
    assert newest_quarter({}, before=before, made_up=made_up, first_month=1) is None


def test_what_a_check_of_a_study_without_a_quarter_says_first(make_study):
    found = check_study(config=make_study())
    assert (str(found.quarter), found.chosen, found.refused) == ("2024Q2", True, None)
    assert describe(found).splitlines()[0] == (
        "2024Q2, the last finished quarter with data: 2024-04-01 to 2024-06-30, as known on 2024-07-05"
    )


def test_a_plan_in_the_activity_rule_asks_for_the_customers(make_study):
    money = {"txn_id": ["t"], "customer_id": ["c"], "at": [date(2024, 2, 1)], "amount": [1], "kind": ["recharge"]}
    anyone = make_study({"transactions": money}, more="[rules.activity]\nidle_days = 60\n")
    assert check_study("2024Q1", config=anyone).load.cannot_run("churn") is None
    plans = make_study({"transactions": money}, more='[rules.activity]\nplans = ["tu_do"]\n')
    assert check_study("2024Q1", config=plans).load.cannot_run("churn") == (
        "churn needs contracts or transactions and rules.activity and customers; missing: customers"
    )


def test_a_new_study_needs_an_empty_folder(tmp_path):
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(UsageError) as error:
        init_study(tmp_path)
    assert str(error.value) == f"{tmp_path} is not empty\n  - needed: a new or empty folder; it holds mine.txt"
    with pytest.raises(UsageError) as error:
        init_study(tmp_path / "mine.txt")
    assert str(error.value) == f"{tmp_path}/mine.txt is a file\n  - needed: a new or empty folder"
    assert (tmp_path / "mine.txt").read_text() == "precious"


def test_a_load_in_words(make_study):
    rows = {**CONTRACTS, "end_reason": ["early", "unpaid", None], "start": CONTRACTS["start"]}
    rows["end_type"] = ["voluntary", "involuntary", None]
    answers = {
        "response_id": ["r1", "r2"],
        "customer_id": ["c1", "nobody"],
        "answered_at": ["2024-02-01", "2024-02-01"],
        "nps": [9, 3],
    }
    config = make_study({"customers": CUSTOMERS, "contracts": rows, "survey_responses": answers})
    assert describe(check_study("2024Q1", config=config)).splitlines() == [
        "2024Q1: 2024-01-01 to 2024-03-31, as known on 2024-04-05",
        "",
        "table             read  accepted  quarantined  withheld  late  from        to",
        "customers            3         3            0         0     0  2023-05-01  2024-02-01",
        "contracts            3         2            1         0     0  2024-02-01  2024-02-01",
        "survey_responses     2         2            0         0     0  2024-02-01  2024-02-01",
        "",
        "Quarantined",
        "  contracts: 1 of 3 rows quarantined (33.3%; quarantine_share in study.toml allows 100.0%); "
        f"rows in {config.parent}/prepared/quarantine/contracts.csv",
        "  contracts: end_type_without_end, 1 row (contracts.parquet record 1): "
        "needed: a contract with an end_type has an end",
        "",
        "Joined",
        "  responses to customers: 50.0%",
        "",
        "Good to know",
        "  no loaded_at in customers, contracts, survey_responses: reconstructed, not as it was known at the time",
        "  no valid_from in customers, contracts: every column counts as current",
        "",
        "Questions",
        "  churn: can run",
        "  clv: can run",
        "  nps: can run",
        "  revenue: cannot run, needs survey_responses.customer_id and transactions; missing: transactions",
        "  voc: cannot run, needs verbatims; missing: verbatims",
    ]
