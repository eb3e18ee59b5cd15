"""Spells that cannot be: refused by name and counted where they are read, never dropped on the way."""

from __future__ import annotations

from datetime import date

from cxlab import churn
from cxlab.evidence import movements, risk_table
from cxlab.finding import Withheld
from cxlab.tables import open_study
from cxlab.wording import Wording

FIRST = date(2024, 1, 10)
CUSTOMERS = {"customer_id": [f"c{place}" for place in range(1, 8)], "first_seen": [FIRST] * 7}
CONTRACTS = {
    "contract_id": [f"k{place}" for place in range(1, 8)],
    "customer_id": CUSTOMERS["customer_id"],
    "start": [date(2019, 5, 1), FIRST, FIRST, FIRST, FIRST, FIRST, date(2019, 5, 1)],
    "end": [None, date(2024, 1, 9), FIRST, date(2024, 2, 1), date(2024, 2, 9), None, date(2024, 3, 1)],
    "end_type": [None, "voluntary", "voluntary", "eloped", None, None, "involuntary"],
}


def test_what_cannot_be_is_counted_by_name_and_the_rest_ties_out(make_study):
    study = open_study("2024Q1", config=make_study({"customers": CUSTOMERS, "contracts": CONTRACTS}))
    contracts = study.load.tables["contracts"]
    assert contracts.reasons == {
        "end_before_start": 1, "end_same_day_as_start": 1, "end_type_not_allowed": 1,
    }  # fmt: skip
    assert contracts.accepted == 4
    lives = study.lives.order_by("customer_id").to_pandas()
    assert lives["customer_id"].tolist() == ["c1", "c5", "c6", "c7"]
    days = (study.window.open - date(2019, 5, 1)).days
    assert lives["entry_days"].tolist() == [days, 0, 0, days]  # from the window on, with all the tenure they had
    assert lives["cause"].isna().tolist() == [True, False, True, False]
    assert lives["cause"].tolist()[1::2] == ["voluntary", "involuntary"]
    table = risk_table(study.lives, window=study.window, causes="reason")
    assert table.filter(like="lost_").columns.tolist() == ["lost_unknown"]
    moves = movements(study.lives, quarters=[study.quarter], bucket=True)
    assert table["lost_unknown"].sum() == moves[["lost_voluntary", "lost_involuntary"]].to_numpy().sum() == 2
    assert table.loc[table["tenure"] <= days, "at_risk"].max() <= 2  # nobody counts before coming into view


def test_a_horizon_beyond_follow_up_and_groups_under_the_minimum_are_said(make_study):
    study = open_study("2024Q1", config=make_study({"customers": CUSTOMERS, "contracts": CONTRACTS}))
    risk = risk_table(study.lives, by=["customer_id"], window=study.window, bucket=True)
    staying = churn.retention(risk, quarter=study.quarter, minimum=1)
    exits = churn.exits(risk_table(study.lives, window=study.window, causes="reason"), quarter=study.quarter)
    by = churn.retention_by(risk, by="customer_id", quarter=study.quarter, minimum=10)
    for found, name in ((staying, "retention.too_few"), (exits, "exits.too_few"), (by, "retention_by.too_few")):
        assert isinstance(found.headline, Withheld)
        assert found.message.id == f"churn.{name}"
        for language in ("en", "vi"):
            assert "{" not in Wording(language).say(found.message)
