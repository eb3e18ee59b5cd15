from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb
import pytest

from cxlab.synth import make_company
from cxlab.synth.days import NAMES

TABLES = {
    "codings", "commentary", "contracts", "costs", "customers", "decisions", "events", "initiatives",
    "interactions", "loop_cases", "referrals", "survey_responses", "targets", "touchpoints", "transactions",
    "truth_spells", "truth_texts", "verbatims",
}  # fmt: skip


def prints(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}


def test_the_same_seed_makes_the_same_files(tmp_path):
    make_company(tmp_path / "a", customers=2_000, seed=3)
    make_company(tmp_path / "b", customers=2_000, seed=3)
    assert prints(tmp_path / "a") == prints(tmp_path / "b")


def test_another_seed_makes_another_company(tmp_path):
    make_company(tmp_path / "a", customers=2_000, seed=3)
    make_company(tmp_path / "b", customers=2_000, seed=4)
    a, b = prints(tmp_path / "a"), prints(tmp_path / "b")
    assert [name for name in a if a[name] == b[name]] == [
        "commentary.parquet", "costs.parquet", "decisions.parquet", "events.parquet", "initiatives.parquet",
        "targets.parquet", "touchpoints.parquet",
    ]  # fmt: skip


def test_a_company_of_two_chunks_counts_on_through_both(tmp_path, monkeypatch):
    monkeypatch.setattr("cxlab.synth.make.CHUNK", 1_500)
    said: list[str] = []
    truth = make_company(tmp_path, customers=2_500, progress=said.append)
    assert said == ["customers 1 to 1,500 of 2,500", "customers 1,501 to 2,500 of 2,500"]
    assert truth.rows["customers"] == 2_500
    assert truth.realised["answered_after_close"] == 5
    for table, key in (("customers", "customer_id"), ("contracts", "contract_id"), ("transactions", "txn_id"),
                       ("interactions", "interaction_id"), ("loop_cases", "case_id")):  # fmt: skip
        file = tmp_path / f"{table}.parquet"
        assert (
            duckdb.sql(f"select count(*), count(distinct {key}) from '{file}'").fetchone()
            == (truth.rows[table],) * 2
        )
    strays = f"""
        select count(*) from '{tmp_path}/loop_cases.parquet' anti join '{tmp_path}/survey_responses.parquet'
                 using (response_id)"""
    assert duckdb.sql(strays).fetchone() == (0,)


@pytest.mark.parametrize("customers", [1_999, 50_000_001])
def test_sizes_out_of_range_are_refused(tmp_path, customers):
    with pytest.raises(ValueError, match=f"^customers must be 2,000 to 50,000,000; got {customers:,}$"):
        make_company(tmp_path, customers=customers)


def test_a_negative_seed_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"^seed must be 0 or more; got -1$"):
        make_company(tmp_path, seed=-1)


def test_a_run_that_fails_leaves_no_table_behind(tmp_path):
    def interrupt(said: str) -> None:
        raise KeyboardInterrupt(said)

    with pytest.raises(KeyboardInterrupt):
        make_company(tmp_path, customers=2_000, progress=interrupt)
    assert list(tmp_path.iterdir()) == []


def test_above_a_million_surveys_are_a_sample_and_money_the_last_year(tmp_path, monkeypatch):
    monkeypatch.setattr("cxlab.synth.company.MAX_INVITATIONS_SIZE", 2_000)
    truth = make_company(tmp_path, customers=4_000)
    assert [q.quarter for q in truth.quarters if q.revenue_amount is not None] == list(NAMES[-4:])
    whole = make_company(tmp_path / "smaller", customers=2_000)
    assert truth.rows["survey_responses"] == pytest.approx(whole.rows["survey_responses"], rel=0.1)
    assert truth.rows["contracts"] == pytest.approx(2 * whole.rows["contracts"], rel=0.1)


def test_every_table_and_the_truth_are_written(company):
    files = {file.name for file in company.folder.iterdir()}
    assert files == {f"{name}.parquet" for name in TABLES} | {"truth.json"}


def test_the_truth_on_disk_is_the_truth_returned(company):
    told = json.loads((company.folder / "truth.json").read_text(encoding="utf-8"))
    assert told["quarters"][-1]["left"] == company.truth.quarters[-1].left
    assert told["planted"]["hazard_ratio"]["plan"]["tu_do"] == 1.6
    assert told["rows"] == {name: company.one(f"select count(*) from {name}") for name in TABLES}
