"""Where the money at risk lies: parts that add up to the whole; and forecasts of it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cxlab import churn
from cxlab.evidence.value_band import SHARES
from cxlab.finding import Estimate, Withheld
from cxlab.quarter import Quarter
from cxlab.wording import Wording

NOW = Quarter.parse("2026Q3")
EDGES = tuple(np.round(100_000 * np.array(SHARES)))
RATIOS = {"a": 1.0, "b": 2.5}


@pytest.fixture(scope="module")
def made():
    """Two plans, twelve quarters, hazards that fall with tenure; who brings more is of plan b more often."""
    rng = np.random.default_rng(5)
    rows, days = [], np.arange(1, 801)
    for plan, ratio in RATIOS.items():
        for quarter in (NOW - 11).until(NOW):
            n = np.maximum(2000 - 2 * days, 30)
            lost = rng.binomial(n, ratio * 0.004 / (1 + days / 90))
            rows.append(
                pd.DataFrame({"tenure": days, "plan": plan, "quarter": str(quarter), "at_risk": n, "lost": lost})
            )
    n = 3000
    value = rng.gamma(3, 15_000, n)
    band = sum((value >= edge).astype(int) for edge in np.quantile(value, SHARES))
    stock = pd.DataFrame(
        {
            "tenure": rng.integers(0, 600, n), "plan": np.where(rng.random(n) < 0.1 + band / 20, "b", "a"),
            "segment": rng.choice(["x", "y"], n), "value_band": band, "customers": 1, "margin": value.round(),
        }
    )  # fmt: skip
    stock["margin_squared"], stock["customers_squared"] = stock["margin"] ** 2, 1.0
    return SimpleNamespace(stock=stock, risk=pd.concat(rows, ignore_index=True))


def asked(made, **other):
    more = {"edges": EDGES, "shares": SHARES}
    return (
        churn.at_risk_by(made.stock, made.risk, of="segment", quarter=NOW, **other),
        churn.at_risk_value(made.stock, made.risk, quarter=NOW, **more, **other),
        churn.worth_saving(made.stock, made.risk, quarter=NOW, **more, **other),
    )


def test_all_parts_add_up_to_the_money_at_risk(made):
    whole = churn.at_risk(made.stock, made.risk, quarter=NOW)
    for found in asked(made):
        assert found.table["estimate"].sum() == pytest.approx(whole.headline.value, rel=1e-12)
        assert found.table["n"].sum() == 3000
        assert found.table[["customers_share", "total_share"]].sum().tolist() == pytest.approx([1, 1])
        assert (
            (found.table["low"] < found.table["estimate"]) & (found.table["estimate"] < found.table["high"])
        ).all()


def test_tenths_and_thirds_are_those_of_the_customers(made):
    tenths, grid = asked(made)[1:]
    assert sorted(map(int, tenths.table["value_decile"])) == list(range(1, 11))
    assert tenths.table["n"].between(299, 301).all()
    lowest = tenths.table.set_index("value_decile")["from_amount"]
    assert np.isnan(lowest["1"])
    assert lowest["10"] == 90_000
    upper = tenths.table[tenths.table["value_decile"].astype(int) > 5]
    assert tenths.headline.value == pytest.approx(upper["estimate"].sum())
    assert tenths.headline.n == upper["n"].sum()
    assert grid.table.groupby("value_third")["n"].sum().between(999, 1001).all()
    assert grid.table.groupby("risk_third")["n"].sum().between(990, 1010).all()
    cell = grid.table.iloc[0]
    assert (cell["value_third"], cell["risk_third"]) == ("high", "high")
    assert grid.headline.value == cell["estimate"]
    assert grid.message.values["value_from"] == pytest.approx(EDGES[SHARES.index(2 / 3)])


def test_the_dearest_thirds_hold_more_at_risk_where_they_leave_more(made):
    table = asked(made)[2].table
    ratio = table["estimate"] / table["total_share"]
    likeliest, least = (ratio[table["risk_third"] == code].min() for code in ("high", "low"))
    assert likeliest > 2 * ratio[table["risk_third"] == "low"].max() > 2 * least * 0.99


def test_a_cell_by_hand(made):
    """One row of one customer after another, with the chance of the plan's own hazards."""
    of = made.risk.groupby(["plan", "tenure"])[["at_risk", "lost"]].sum()
    found = asked(made)[0].table.set_index("segment")
    total = 0.0
    for row in made.stock[made.stock["segment"] == "x"].itertuples():
        hazards = of.loc[row.plan].loc[row.tenure + 1 : row.tenure + 92]
        total += row.margin * (1 - (1 - hazards["lost"] / hazards["at_risk"]).prod())
    assert found["estimate"]["x"] == pytest.approx(total, rel=1e-9)


def test_too_few_quarters_are_a_note_here_and_fail_the_number_that_says_so(made):
    few = SimpleNamespace(stock=made.stock, risk=made.risk[made.risk["quarter"] >= str(NOW - 5)])
    whole = churn.at_risk(few.stock, few.risk, quarter=NOW)
    told = [next(c.passed for c in found.checks if c.name == "quarters") for found in (whole, *asked(few))]
    assert told == [False, *[None] * len(asked(few))]


def test_small_groups_are_not_shown(made):
    stock = made.stock.assign(segment=np.where(np.arange(3000) < 4, "tiny", made.stock["segment"]))
    found = churn.at_risk_by(stock, made.risk, of="segment", quarter=NOW)
    assert len(found.table) == 1
    assert found.message.id == "churn.at_risk_by.margin"
    assert asked(made)[0].message.id == "churn.at_risk_by.margin.alike"  # segments were drawn at random
    assert next(check for check in found.checks if check.name == "hidden").message.values["n"] == 2


def test_what_cannot_be_parted_is_said(made):
    alike = SimpleNamespace(stock=made.stock.assign(value_band=0), risk=made.risk)
    assert asked(alike)[2].message.id == "churn.worth_saving.alike"
    assert asked(alike)[1].table["n"].tolist() == [3000]
    one = SimpleNamespace(stock=made.stock.head(1), risk=made.risk)
    empty = SimpleNamespace(stock=made.stock.head(0), risk=made.risk)
    for some in (one, empty):
        for found in asked(some):
            assert isinstance(found.headline, Withheld)
            assert "{" not in Wording("vi").say(found.message)


def test_forecasts_are_predictions_of_the_next_quarter(made):
    lost, kept = (of(made.stock, made.risk, quarter=NOW) for of in (churn.next_lost, churn.next_kept))
    whole = churn.at_risk(made.stock, made.risk, quarter=NOW)
    assert lost.headline == whole.message.values["prediction"]
    assert (kept.headline.kind, kept.headline.unit, kept.about) == ("prediction", "share", NOW + 1)
    assert 0.5 < kept.headline.low < kept.headline.value < kept.headline.high < 1
    assert lost.message.values["graded_on"] == "churn.value_steps:lost_voluntary+lost_involuntary"
    few = made.risk[made.risk["quarter"] >= str(NOW - 5)]
    for of in (churn.next_lost, churn.next_kept):
        assert of(made.stock, few, quarter=NOW) is None
        assert of(made.stock.head(0), made.risk, quarter=NOW) is None


def moves_of(numbers):
    quarters = [str(each) for each in (NOW - len(numbers) + 1).until(NOW)]
    return pd.DataFrame({"quarter": quarters, "lost_voluntary": numbers, "lost_involuntary": 0})


def test_a_forecast_keeps_its_quantiles_and_what_the_last_value_would_say(made):
    moves = moves_of([100, 110, 99, 108.9, 98.01, 200])
    steps = SimpleNamespace(table=pd.DataFrame({"step": ["open", "lost_voluntary", "lost_involuntary"],
                                                "estimate": [9e6, 3e6, 1e6]}))  # fmt: skip
    found = churn.next_lost(made.stock, made.risk, quarter=NOW, moves=moves, steps=steps).message.values
    assert [found[f"q{at}"] for at in ("2_5", "50", "97_5")] == pytest.approx(
        [found["losing"].low, found["losing"].value, found["losing"].high]
    )
    assert (
        found["q2_5"] < found["q10"] < found["q25"] < found["q50"] < found["q75"] < found["q90"] < found["q97_5"]
    )
    naive = found["naive"]
    changes = np.array([0.1, -0.1, 0.1, -0.1, 200 / 98.01 - 1])
    assert (naive.value, naive.unit, naive.kind) == (4e6, "amount", "prediction")
    assert naive.high - 4e6 == pytest.approx(4e6 * 2.5706 * np.sqrt(np.mean(changes**2)), rel=1e-4)
    stays = Estimate(value=0.9, low=0.88, high=0.92, unit="share", n=1000)
    kept = churn.next_kept(
        made.stock, made.risk, quarter=NOW, moves=moves_of([100, 110, 99, 108.9, 98.01]),
        kept=SimpleNamespace(headline=stays),
    ).message.values  # fmt: skip
    assert kept["naive"].value == pytest.approx(0.9)
    assert 0.9 - kept["naive"].low == pytest.approx(0.1 * 0.1 * 2.7764, rel=1e-4)
    few = churn.next_kept(made.stock, made.risk, quarter=NOW, moves=moves_of([100, 110]), kept=None)
    assert "naive" not in few.message.values


def test_forecasts_hold_in_made_up_quarters_with_drift(made):
    """Each draw: quarters differ by 10%, and so does the next: at least 9 of 10 forecasts of money and of those
    who stay hold.
    """
    rng = np.random.default_rng(11)
    stock, days = made.stock, np.arange(801)
    shape = np.where(days > 0, 0.004 / (1 + days / 90), 0.0)
    logs = {plan: np.cumsum(np.log1p(-ratio * shape)) for plan, ratio in RATIOS.items()}
    each = np.zeros(len(stock))
    for plan, log in logs.items():
        of, tenure = (stock["plan"] == plan).to_numpy(), stock["tenure"].to_numpy()
        each[of] = log[tenure[of] + 92] - log[tenure[of]]
    chance = made.risk["plan"].map(RATIOS).to_numpy() * shape[made.risk["tenure"]]
    number = made.risk["quarter"].rank(method="dense").astype(int).to_numpy() - 1
    held = []
    for _ in range(40):
        drift = rng.normal(1, 0.1, 13)
        risk = made.risk.assign(lost=rng.binomial(made.risk["at_risk"], chance * drift[number]))
        leaves = rng.random(len(stock)) < -np.expm1(drift[12] * each)
        money, stay = (of(stock, risk, quarter=NOW).headline for of in (churn.next_lost, churn.next_kept))
        held.append(money.low <= stock["margin"][leaves].sum() <= money.high)
        held.append(stay.low <= 1 - leaves.mean() <= stay.high)
    assert np.mean(held) >= 0.9


@pytest.mark.parametrize("language", ["en", "vi"])
def test_everything_can_be_said(made, language):
    wording = Wording(language, labels={"segment": {code: {language: code.upper()} for code in "xy"}})
    ahead = [of(made.stock, made.risk, quarter=NOW) for of in (churn.next_lost, churn.next_kept)]
    for found in (*asked(made), *ahead):
        for message in (found.message, found.method, *(check.message for check in found.checks)):
            assert "{" not in wording.say(message)
