"""study.toml: read, checked, and every problem told at once in plain words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cxlab.errors import UsageError
from cxlab.tables.config import StudyConfig, find_config, read_config
from cxlab.tables.schema import TABLES

from .conftest import HEAD


def refused(tmp_path, text):
    path = tmp_path / "study.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as error:
        read_config(path)
    return str(error.value).replace(str(path), "study.toml").splitlines()


def test_a_study_file_is_read_with_its_defaults(make_study):
    config = read_config(make_study())
    assert (config.name, config.languages, config.window_opens) == ("Test", ("en", "vi"), date(2024, 1, 1))
    assert (config.minimum_n, config.indicative_n, config.level, config.grace_days) == (10, 50, 0.95, 4)
    assert config.sources["contracts"].table == "contracts"
    assert (config.material_change.share_points, config.material_change.nps) == (0.01, 3.0)


def test_a_study_file_cannot_be_changed_after_reading(make_study):
    with pytest.raises(ValueError, match="frozen"):
        read_config(make_study()).name = "other"


def test_all_problems_are_told_at_once(tmp_path):
    text = """
        name = ""
        currency = "vnd"
        time_zone = "Asia/Saigo"
        langages = ["en"]
        first_month = 13
        level = "high"
        reports = "reports"
        [sources.contracts]
        path = "c.csv"
        fromat = "csv"
        encoding = "utf8"
        [sources.contracts.columns]
        start = { sq = "x" }
        [rules.activity]
        idle_days = 0
        [rules.margin]
        plan = { a = 1.5 }
    """
    assert refused(tmp_path, text) == [
        "study.toml has 13 problems",
        "  - name: needs to have at least 1 character; got ''",
        "  - currency: needs three capitals of ISO 4217 such as VND; got 'vnd'",
        "  - time_zone: time zone 'Asia/Saigo' is not known; write it like 'Asia/Ho_Chi_Minh'",
        "  - first_month: needs to be less than or equal to 12; got 13",
        "  - window_opens: needed, and not there",
        "  - level: needs a number; got 'high'",
        "  - sources.contracts.encoding: needs 'utf-8', 'utf-16', 'windows-1258' or 'windows-1252'; got 'utf8'",
        "  - sources.contracts.columns.start.sql: needed, and not there",
        "  - sources.contracts.columns.start.sq: no such setting; did you mean 'sql'?",
        "  - sources.contracts.fromat: no such setting; did you mean 'format'?",
        "  - rules.activity.idle_days: needs to be greater than or equal to 1; got 0",
        "  - rules.margin.plan.a: needs to be less than or equal to 1; got 1.5",
        "  - langages: no such setting; did you mean 'languages'?",
        "  See data/README.md#studytoml",
    ]


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (
            '[sources.contract]\npath = "c.csv"',
            "sources.contract.table: no table of the contract is called 'contract'; did you mean 'contracts'?",
        ),
        (
            '[sources.contracts]\npath = "c.csv"\ncolumns = { strat = "a" }',
            "sources.contracts.columns.strat: contracts has no column 'strat'; did you mean 'start'?",
        ),
        (
            '[sources.contracts]\npath = "c.csv"\n[sources.contracts.values.xyz]\na = "b"',
            "sources.contracts.values.xyz: contracts has no column 'xyz'",
        ),
        (
            '[sources.transactions]\npath = "t.csv"\nhash = ["amount"]',
            "sources.transactions.hash: amount is an amount of money, and a hash is none; needed: an id, an open "
            "code or a text, or drop for a column that is never to be read",
        ),
        (
            '[sources.contracts]\npath = "c.csv"\nhash = ["start"]',
            "sources.contracts.hash: start is a date, and a hash is none; needed: an id, an open code or a text, "
            "or drop for a column that is never to be read",
        ),
        ("[sources.contracts]\n", "sources.contracts: a source needs either path, or inputs with from"),
        (
            '[sources.contracts]\ninputs = { a = "a.csv", b = "b.csv" }',
            "sources.contracts: inputs need from: the SQL that joins them, such as 'a JOIN b USING (\"id\")'",
        ),
        (
            '[sources.customers]\npath = "c.csv"\ndrop = ["Phone"]\ncolumns = { customer_id = "Phone" }',
            "sources.customers: column 'Phone' is dropped as personal, so customer_id cannot be read from it",
        ),
        ('[labels.plan]\na = { en = "A" }', "labels.plan.a: needs a label in vi"),
    ],
)
def test_a_problem_in_words(tmp_path, more, problem):
    assert refused(tmp_path, HEAD + more) == [
        "study.toml has 1 problem",
        f"  - {problem}",
        "  See data/README.md#studytoml",
    ]


def test_a_file_that_is_no_toml(tmp_path):
    first, second = refused(tmp_path, 'name = "open')
    assert first == "study.toml is not a TOML file"
    assert "end of document" in second  # the words are Python's own


def test_the_nearest_study_above_is_found(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    study = tmp_path / "data" / "study.toml"
    study.write_text("")
    below = tmp_path / "notebooks" / "deep"
    below.mkdir(parents=True)
    assert find_config(start=below) == study
    (below / "study.toml").write_text("")
    assert find_config(start=below) == below / "study.toml"
    monkeypatch.setenv("CXLAB_STUDY", str(tmp_path / "elsewhere.toml"))
    assert find_config(start=below) == tmp_path / "elsewhere.toml"


def test_no_study_found(tmp_path):
    with pytest.raises(UsageError) as error:
        find_config(start=tmp_path)
    assert str(error.value) == (
        f"no study found at or above {tmp_path}\n"
        "  - needed: a folder with study.toml or data/study.toml, or CXLAB_STUDY naming one\n"
        "  - cxlab init makes one"
    )


def test_a_named_folder_is_used_or_refused(make_study, tmp_path):
    study = make_study()
    assert find_config(tmp_path) == find_config(str(study)) == study
    (tmp_path / "empty").mkdir(exist_ok=True)
    with pytest.raises(UsageError) as error:
        find_config(tmp_path / "empty")
    assert str(error.value) == (
        f"no study found in {tmp_path}/empty\n"
        f"  - needed: study.toml or data/study.toml in {tmp_path}/empty\n"
        "  - cxlab init makes one"
    )


def test_a_study_file_that_is_not_there(tmp_path):
    with pytest.raises(UsageError) as error:
        read_config(tmp_path / "study.toml")
    assert str(error.value) == f"no study file at {tmp_path}/study.toml\n  - cxlab init makes one"


def test_the_study_of_the_made_up_company_names_every_code_in_both_languages():
    config = read_config(Path(__file__).parents[2] / "data" / "study.toml")
    assert config.made_up
    assert config.auto_publish
    assert {source.table for source in config.sources.values()} <= set(TABLES)
    assert {"plan", "region", "acq_source", "segment", "offer", "cause", "reason"} <= set(config.labels)
    for codes in config.labels.values():
        assert all(set(words) == {"en", "vi"} for words in codes.values())
    assert config.rules.activity is not None
    assert set(config.rules.activity.plans) <= set(config.labels["plan"]) == set(config.rules.margin.plan)


def test_without_a_declared_margin_it_is_revenue_that_leaves():
    given = {"name": "x", "currency": "VND", "time_zone": "UTC", "window_opens": date(2025, 1, 1), "reports": "r"}
    assert StudyConfig.model_validate(given).amount == "revenue"
    assert StudyConfig.model_validate({**given, "rules": {"margin": {"default": 0.5}}}).amount == "margin"
