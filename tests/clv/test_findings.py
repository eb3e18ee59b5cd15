"""What the page says of the worth: by group, by method, who holds it, payback, holdout, change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import ibis
import numpy as np
import pandas as pd
import pytest

from cxlab import clv
from cxlab.clv.lookups import by_buying, by_tenure
from cxlab.evidence import risk_table, stock_table
from cxlab.evidence.repeat import repeat_counts
from cxlab.evidence.values import acquisition_costs, value_bins
from cxlab.finding import Withheld
from cxlab.maths.concentration import gini
from cxlab.quarter import Window
from cxlab.tables.buying import buying
from cxlab.verdicts import one_page


@pytest.fixture(scope="module")
def bins(evidence, equity, law):
    return value_bins(
        evidence.ways, evidence.buying, window=law.window, by_tenure=by_tenure(equity), by_buying=by_buying(equity)
    )


def test_groups_add_up_to_the_base(equity):
    for by in ("plan", "segment"):
        table = clv.by_trait(equity, by=by).table
        assert table["together_amount"].sum() == pytest.approx(equity.table["worth"].sum())
        assert table["worth_share"].sum() == pytest.approx(1)
        assert (table["estimate"] * table["n"]).to_numpy() == pytest.approx(table["together_amount"].to_numpy())
    found = clv.by_trait(equity, by="plan")
    assert found.message.id == "clv.by.apart"
    assert found.message.values["group"].code == "con"
    assert clv.by_trait(equity, by="segment").message.id == "clv.by.alike"  # drawn alike


def test_small_groups_are_not_shown(equity):
    table = equity.table.copy()
    table.loc[table["segment"] == "b", "customers"] = 1
    found = clv.by_trait(replace(equity, table=table), by="segment")
    assert isinstance(found.headline, Withheld)
    assert found.table.empty


def test_methods_are_named_and_compared(equity):
    found = clv.method_by(equity)
    assert found.table["way"].tolist() == ["contract", "bought"]
    assert found.table["estimate"].sum() == pytest.approx(equity.table["worth"].sum())
    (check,) = found.checks
    assert check.name == "both_ways"
    assert check.message.values["worth"] == equity.bought_by_staying


def test_bins_hold_every_customer_and_all_the_worth(bins, equity):
    assert bins["customers"].sum() == equity.table["customers"].sum()
    assert bins["value"].sum() == pytest.approx(equity.table["worth"].sum(), rel=1e-5)


def test_who_holds_it_is_what_the_rows_say(bins, equity, drawn, law):
    found = clv.concentration(bins, equity)
    top = found.table.set_index(found.table["customer_share"].round(2))["estimate"]
    assert top[1.0] == pytest.approx(1)
    assert found.headline.value == top[0.2]
    assert found.headline.low < found.headline.value < found.headline.high
    rows = by_buying(equity).merge(_buyers(drawn, law), on=["x", "t_x", "total"])
    bought = (rows["fixed"] + rows["per_spent"] * rows["spent"]).to_numpy()
    active = drawn.spells[(drawn.spells["plan"] == "con") & drawn.spells["exit_day"].isna()]
    days = equity.stays.days[equity.stays.codes.index("con"), 0, law.window.close_day - 1 - active["start_day"]]
    values = np.concatenate([bought, active["margin_amount"].to_numpy() / 91 * days])
    assert found.message.values["gini"] == pytest.approx(gini(values, np.ones(len(values))), abs=0.006)
    values = np.sort(values)[::-1]
    assert top[0.2] == pytest.approx(values[: len(values) // 5].sum() / values.sum(), abs=0.003)


def _buyers(drawn, law):
    each = drawn.bought.sort_values("day").groupby("customer_id")
    rows = each["day"].agg(first="min", last="max", n="size").join(each["amount"].agg(amount="sum", at="first"))
    return pd.DataFrame(
        {
            "x": rows["n"] - 1, "t_x": rows["last"] - rows["first"],
            "total": law.window.close_day - 1 - rows["first"], "spent": rows["amount"] - rows["at"],
        }
    )  # fmt: skip


def test_nobody_holds_anything_of_too_few(bins, equity):
    found = clv.concentration(bins.iloc[:0], equity)
    assert found.message.id == "clv.concentration.too_few"


def test_on_what_it_had_not_seen_the_model_is_right_about_its_own_kind(drawn, law):
    until = Window(open=law.window.open, close=law.window.close - timedelta(days=365))
    counts = repeat_counts(buying(drawn.days, drawn.lives, window=until, later_days=365), bucket=True)
    found = clv.holdout(counts, days=365, quarter=law.quarter)
    came = drawn.bought[drawn.bought["day"] >= until.close_day]
    known = drawn.bought[drawn.bought["day"] < until.close_day]["customer_id"].unique()
    assert found.message.values["counted"] == int(came["customer_id"].isin(known).sum())
    assert found.headline.low <= found.message.values["counted"] <= found.headline.high
    assert found.message.values["off"] < 0.15 < found.message.values["plain"]
    assert found.table["forecast"].sum() == pytest.approx(found.headline.value)
    assert found.table["estimate"].sum() == found.message.values["counted"]
    assert found.table["n"].sum() == len(known)


def test_without_buyers_nothing_is_tried(evidence, law):
    counts = evidence.counts.iloc[:0].assign(later=0)
    found = clv.holdout(counts, days=365, quarter=law.quarter)
    assert found.message.id == "clv.holdout.nothing"


def test_payback_is_the_day_the_cost_is_earned(drawn, law, equity):
    """One hazard and one margin: the discounted sum reaches the cost on a day a pencil can find."""
    only = drawn.spells[drawn.spells["plan"] == "con"]
    lives, _ = law.as_tables(only, drawn.bought)
    people = only[["customer_id", "acq_source"]].assign(
        first_seen=pd.to_datetime(only["start_day"], unit="D"),
        acq_cost=np.where(only["acq_source"] == "web", 250_000, None),
    )
    schema = {"customer_id": "string", "acq_source": "string", "first_seen": "timestamp", "acq_cost": "int64"}
    costs = acquisition_costs(ibis.memtable(people, schema=ibis.schema(schema)), window=law.window)
    assert costs["acq_source"].tolist() == ["web"]
    inside = (only["acq_source"] == "web") & (only["start_day"] >= law.window.open_day)
    assert costs["customers"].tolist() == [int(inside.sum())]
    found = clv.payback(
        costs,
        stock_table(lives, by=["acq_source"], window=law.window),
        risk_table(lives, by=["acq_source"], window=law.window),
        equity,
    )
    v = 1.1 ** (-1 / 365.25) * (1 - law.hazard)
    days = np.log(1 - 250_000 / (law.margin / 91) * (1 - v) / v) / np.log(v)
    assert found.headline.low <= days / (365.25 / 12) <= found.headline.high
    assert found.table["gone_share"][0] == pytest.approx(1 - (1 - law.hazard) ** days, abs=0.03)
    assert found.message.id == "clv.payback.one"
    dear = clv.payback(
        costs.assign(cost_amount=costs["cost_amount"] * 1000),
        stock_table(lives, by=["acq_source"], window=law.window),
        risk_table(lives, by=["acq_source"], window=law.window),
        equity,
    )
    assert dear.message.id == "clv.payback.never"


def test_costs_nobody_knows_are_asked_for(equity):
    nothing = pd.DataFrame({name: [] for name in ("acq_source", "customers", "cost_amount")})
    found = clv.payback(nothing, pd.DataFrame(), pd.DataFrame(), equity)
    assert found.message.id == "clv.payback.no_costs"


def test_the_same_base_has_not_changed(equity):
    now = clv.base(equity)
    found = clv.base_change(now, now)
    assert found.headline.value == 0
    assert found.message.id == "clv.base_change.no_material_change"
    assert clv.base_change(now, None).message.id == "clv.base_change.first"


def test_twice_the_customers_are_a_real_rise(equity):
    small = replace(equity, table=equity.table.assign(worth=equity.table["worth"] / 2),
                    replicates=equity.replicates / 2)  # fmt: skip
    found = clv.base_change(clv.base(equity), clv.base(small))
    assert found.message.id == "clv.base_change.real_rise"
    (again,) = one_page(found, band=0.01)
    assert again.message.id == "clv.base_change.real_rise"


def test_only_one_rule_is_compared(equity):
    now = clv.base(equity)
    other = replace(now, definition="another")
    with pytest.raises(
        ValueError, match=r"^only findings of one rule are compared; 2026Q3 has \w+, 2026Q3 has another$"
    ):
        clv.base_change(now, other)
