"""The made-up company through the whole way: its study file, every table, and spells as they were planted."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from cxlab.synth import make_company
from cxlab.tables import Study, open_study

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("company")
    make_company(made / "sample", customers=2_000, seed=3)
    for name in ("study.toml", "codebook.yaml"):
        shutil.copy(ROOT / "data" / name, made)
    return made


@pytest.fixture(scope="module")
def study(folder) -> Study:
    return open_study("2026Q3", config=folder)


def planted(folder: Path, study: Study) -> pd.DataFrame:
    """Spells of the truth that overlap the window, as they stand at the close."""
    truth = pd.read_parquet(folder / "sample" / "truth_spells.parquet")
    for column in ("start", "exit"):
        day = (pd.to_datetime(truth[column]) - pd.Timestamp("1970-01-01")).dt.days
        truth[f"{column}_day"] = day.where(day < study.window.close_day)
    inside = truth["exit_day"].isna() | (truth["exit_day"] > study.window.open_day)
    return truth[truth["start_day"].notna() & inside].sort_values(["customer_id", "spell"], ignore_index=True)


def test_every_source_is_read_and_the_planted_faults_are_found(study):
    assert set(study.load.tables) == {source.table for source in study.config.sources.values()}
    refused = {name: table.reasons for name, table in study.load.tables.items() if table.reasons}
    assert set(refused) == {"survey_responses"}
    assert set(refused["survey_responses"]) == {"duplicate_key"}
    assert study.load.tables["transactions"].late > 0
    assert study.load.joined["responses_to_customers"] == pytest.approx(0.98, abs=0.01)
    assert study.load.cannot_run("churn") is None


def test_what_is_wrong_with_the_sources_is_counted_as_often_as_it_was_planted(folder, study):
    """Effect 12 of the company, from its files to what the study says of them."""
    told = json.loads((folder / "sample" / "truth.json").read_text(encoding="utf-8"))["realised"]
    answers, money = (study.load.tables[name] for name in ("survey_responses", "transactions"))
    assert answers.reasons["duplicate_key"] == answers.quarantined == told["doubled_responses"] > 0
    assert answers.quarantined / answers.accepted == pytest.approx(0.003, abs=0.002)
    assert money.late == told["late_recharges"] > 0
    assert study.tables["transactions"].count().execute() == money.accepted - money.late
    asked = study.tables["survey_responses"].select("customer_id", "answered_at")
    nobody = asked.anti_join(study.tables["customers"].select("customer_id"), "customer_id").count().execute()
    assert nobody / answers.accepted == pytest.approx(0.02, abs=0.006)
    joined = study.load.joined
    assert joined["responses_to_money"] / joined["responses_to_customers"] == pytest.approx(0.95, abs=0.02)


def test_an_answer_dated_after_the_close_is_still_silence(folder, study):
    told = json.loads((folder / "sample" / "truth.json").read_text(encoding="utf-8"))["realised"]
    source = pd.read_parquet(folder / "sample" / "survey_responses.parquet").drop_duplicates("response_id")
    dated = source.loc[pd.to_datetime(source["answered_at"]) >= pd.Timestamp("2026-10-01"), "response_id"]
    assert len(dated) == told["answered_after_close"] > 0
    rows = study.responses.filter(study.responses["response_id"].isin(dated.tolist())).to_pandas()
    assert len(rows) == len(dated)
    assert rows["answered_day"].isna().all()
    assert not rows["counts"].any()


@pytest.mark.parametrize("back", [0, 7])
def test_spells_are_the_planted_ones(folder, study, back):
    """With all rows loaded, prepaid silences and contracts give back every planted spell to the day."""
    quarter = study.quarter - back
    opened = open_study(str(quarter), as_of=date(2026, 12, 31), config=folder)
    found = opened.lives.order_by(["customer_id", "spell"]).to_pandas()
    truth = planted(folder, opened)
    columns = ["customer_id", "spell", "start_day", "exit_day"]
    pd.testing.assert_frame_equal(found[columns], truth[columns], check_dtype=False)
    left = found["exit_day"].notna()
    assert (found.loc[left, "reason"].to_numpy() == truth.loc[left, "reason"].to_numpy()).all()
    assert found.loc[~left, "reason"].isna().all()


def test_a_quarter_as_known_then_is_the_same_from_a_later_study(folder, study):
    then = open_study("2025Q4", config=folder)
    back = study.earlier(3)
    assert (back.quarter, back.as_of, back.fingerprint) == (then.quarter, then.as_of, then.fingerprint)
    pd.testing.assert_frame_equal(
        back.lives.order_by(["customer_id", "spell"]).to_pandas(),
        then.lives.order_by(["customer_id", "spell"]).to_pandas(),
    )


def test_the_panel_counts_the_planted_customers_and_the_days_their_money(folder, study):
    told = json.loads((folder / "sample" / "truth.json").read_text(encoding="utf-8"))["quarters"]
    panel = study.panel
    counts = panel.group_by("quarter_number").agg(active=panel["active_end"].sum(), left=panel["left"].sum())
    counts = counts.order_by("quarter_number").to_pandas()
    assert counts["active"].tolist() == [quarter["active"] for quarter in told]
    assert sum(quarter["left"] for quarter in told) - counts["left"].sum() <= 5  # left and back in one quarter
    days, money = study.days, study.tables["transactions"]
    revenue = money.filter(money["kind"] != "bonus")
    net = (revenue["amount"] - revenue["tax_amount"]).sum().execute()
    assert (days["amount"] + days["other_amount"]).sum().execute() == net
    rows = panel.select("customer_id", "quarter_number")
    assert rows.count().execute() == rows.distinct().count().execute()
