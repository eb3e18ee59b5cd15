"""``cxlab scores``: what the page says, customer by customer, for its owner only; an erasure takes it away."""

from __future__ import annotations

import importlib.util
import json
import stat
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from cxlab import churn
from cxlab.cli import app
from cxlab.errors import DataError
from cxlab.evidence import risk_table, stock_table
from cxlab.run.scores import write_scores
from cxlab.tables import open_study
from cxlab.tables.private import hashed, read_key

_spec = importlib.util.spec_from_file_location("people", Path(__file__).parents[1] / "tables" / "people.py")
people = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(people)

OPEN, CLOSE = date(2024, 1, 1), date(2024, 4, 1)
SIZE = 300


def tables():
    """Customers of two plans; half of those who joined are gone before the close."""
    rng = np.random.default_rng(5)
    number = np.arange(SIZE)
    start = [OPEN - timedelta(days=int(day)) for day in rng.integers(-60, 200, SIZE)]
    life = rng.integers(5, 500, SIZE)
    ends = [begun + timedelta(days=int(days)) for begun, days in zip(start, life, strict=True)]
    ids = [f"KH-{place:06d}" for place in number]
    plan = np.where(number % 3 == 0, "a", "b")
    contracts = {
        "contract_id": [f"k{place}" for place in number], "customer_id": ids, "plan": plan, "start": start,
        "end": [end if end < CLOSE else None for end in ends],
        "price_per_month": 10_000 + 100 * number,
    }  # fmt: skip
    customers = {"customer_id": ids, "first_seen": start, "plan": plan}
    return {"customers": pd.DataFrame(customers), "contracts": pd.DataFrame(contracts)}


@pytest.fixture(params=["keep", "hash"])
def study(request, tmp_path, monkeypatch):
    monkeypatch.setenv("CXLAB_THREADS", "1")
    return people.write_people(tmp_path, ids=request.param, tables=tables())


def test_scores_are_what_the_page_says_and_lead_back_to_the_source(study):
    done = write_scores("2024Q1", config=study, source_ids=True)
    opened = open_study("2024Q1", config=study)
    risk, stock = (make(opened.lives, by=["plan"], window=opened.window) for make in (risk_table, stock_table))
    amount = opened.config.amount
    at_risk = churn.at_risk(stock, risk, quarter=opened.quarter, amount=amount).headline
    found = pd.read_parquet(done.file)
    assert found["at_risk_amount"].sum() == pytest.approx(at_risk.value, rel=1e-12)
    assert done.at_risk_amount == pytest.approx(at_risk.value, rel=1e-12)
    assert (done.customers, done.without_source_id) == (at_risk.n, 0)
    contracts = tables()["contracts"]
    active = contracts[contracts["end"].isna() & (contracts["start"] < CLOSE)].set_index("customer_id")
    assert set(found["source_id"]) == set(active.index)
    assert len(found) == len(active)
    by_source = found.set_index("source_id")
    assert by_source["plan"].equals(active["plan"].reindex(by_source.index).rename("plan").astype(str))
    key = study.parent / "private" / "id.key"
    expected = [hashed(one, key=read_key(key)) if key.exists() else one for one in found["source_id"]]
    assert found["customer_id"].tolist() == expected
    assert found["leaving_share"].between(0, 1).all()
    assert found["remaining_months"].between(0, 24).all()


def test_the_file_is_its_owners_and_no_word_of_a_person_is_said(study):
    done = CliRunner().invoke(app, ["scores", "2024Q1", "--study", str(study), "--json"])
    assert done.exit_code == 0
    told = json.loads(done.stdout.splitlines()[-1])
    file = Path(told["file"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [path.name for path in file.parent.iterdir()] == ["scores-2024Q1.parquet"]
    found = pd.read_parquet(file)
    assert "source_id" not in found
    assert not any(one in done.output for one in found["customer_id"])
    assert told["customers"] == len(found)


def test_an_erasure_takes_the_scores_away(study):
    done = write_scores("2024Q1", config=study, source_ids=True)
    who = pd.read_parquet(done.file)["source_id"][0]
    erased = CliRunner().invoke(app, ["erase", "--study", str(study)], input=f"{who}\n")
    assert "removed: exports: 1" in erased.output
    assert not Path(done.file).exists()
    again = pd.read_parquet(write_scores("2024Q1", config=study, source_ids=True).file)
    assert len(again) == done.customers - 1
    assert who not in set(again["source_id"])


def test_where_nobody_is_active_there_is_nobody_to_score(tmp_path):
    gone = tables()
    gone["contracts"]["end"] = gone["contracts"]["end"].fillna(CLOSE - timedelta(days=1))
    gone["contracts"] = gone["contracts"][gone["contracts"]["start"] < OPEN]
    with pytest.raises(DataError) as error:
        write_scores("2024Q1", config=people.write_people(tmp_path, tables=gone))
    assert str(error.value) == (
        "2024Q1 has nobody to score\n  - needed: customers active at the close and followed before it"
    )
