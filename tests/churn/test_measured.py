"""Numbers measured row by row: planted ratios come back, chances are graded on others, late entry is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab import churn
from cxlab.finding import Withheld
from cxlab.quarter import Quarter
from cxlab.wording import Wording

NOW = Quarter.parse("2026Q3")
BY_SPEND = 0.4
"""Planted log ratio for one standard deviation of spend; age goes with nothing."""


def made(seed=1, n=6_000, *, late=False, linked=False, slope=BY_SPEND):
    rng = np.random.default_rng(seed)
    account = rng.integers(0, n // 4 if linked else 10 * n, n)
    shared = rng.normal(0, 0.5, 10 * n)[account] if linked else 0.0
    spend = rng.normal(0, 1, 10 * n)[account] if linked else rng.normal(0, 1, n)
    plan = rng.choice(["a", "b"], n)
    hazard = 0.002 * np.where(plan == "a", 1, 3) * np.exp(slope * spend + shared)
    life, seen = np.ceil(rng.exponential(1 / hazard)).astype(int), rng.integers(1, 800, n)
    entry = rng.integers(0, 300, n) * (rng.random(n) < 0.5) if late else np.zeros(n, dtype=int)
    rows = pd.DataFrame({
        "entry": entry, "stop": np.minimum(life, entry + seen), "lost": life <= entry + seen, "plan": plan,
        "account": account, "bucket": account % 40, "spend": 50 + 20 * spend, "age": rng.normal(40, 12, n),
    })  # fmt: skip
    return rows[rows["stop"] > rows["entry"]].reset_index(drop=True)


def asked(rows, *of, **more):
    return churn.measured(rows, of=list(of or ("spend", "age")), quarter=NOW, **more)


def graded(rows, *of, **more):
    return churn.measured_graded(rows, of=list(of or ("spend",)), quarter=NOW, **more)


@pytest.mark.parametrize("late", [False, True])
def test_what_was_planted_is_found(late):
    rows = made(late=late)
    found = asked(rows)
    table = found.table.set_index("term")
    planted = np.exp(BY_SPEND * rows["spend"].std(ddof=0) / 20)
    assert table.low["spend"] <= planted <= table.high["spend"]
    assert table.low["age"] <= 1 <= table.high["age"]
    assert table.p["spend"] < 1e-6 < table.p["age"]
    assert table.spread["age"] == pytest.approx(12, abs=0.5)
    assert found.message.values["variable"].code == "spend"
    assert found.headline.value == table.estimate["spend"]


def test_the_interval_holds_where_customers_share_accounts():
    held = []
    for seed in range(25):
        rows = made(seed, n=800, linked=True)
        row = asked(rows, "spend").table.iloc[0]
        held.append(row["low"] <= np.exp(0.37 * rows["spend"].std(ddof=0) / 20) <= row["high"])
    assert np.mean(held) >= 0.85  # shared frailty shrinks the marginal ratio a little


def test_units_and_order_mean_nothing():
    rows = made(n=1_500)
    other = rows.assign(spend=rows["spend"] * 1_000 - 7).sample(frac=1, random_state=3)
    one, two = asked(rows).table, asked(other).table
    assert two["spread"][0] == pytest.approx(1_000 * one["spread"][0])
    columns = ["estimate", "low", "high"]
    np.testing.assert_allclose(one[columns], two[columns], rtol=1e-8)


def test_what_all_of_a_group_share_and_what_is_not_known_is_left_out_and_said():
    rows = made(n=1_500).assign(price=lambda r: (r["plan"] == "a") * 9.0)
    found = asked(rows, "spend", "price")
    assert found.table["term"].tolist() == ["spend"]
    assert [c.name for c in found.checks] == ["varies", "links"]
    holes = rows.assign(spend=rows["spend"].where(rows.index >= 100))
    known = asked(holes, "spend").checks[0].message.values
    assert (known["n"], known["all"]) == (100, len(rows))
    assert asked(rows, "price").message.id == "churn.measured.alike"
    assert asked(rows.head(30).assign(lost=False), "spend").message.id == "churn.measured.few"
    twice = rows.assign(double=rows["spend"] * 2)
    assert asked(twice, "spend", "double").message.id == "churn.measured.unfit"


def test_chances_come_nearer_where_the_number_tells_something_and_not_where_it_does_not():
    tells = graded(made(slope=0.9), "spend")
    assert tells.message.id == "churn.measured_graded"
    assert tells.headline.low > 0.1
    model, one = tells.table["estimate"]
    assert tells.headline.value == pytest.approx(1 - model / one)
    nothing = made(slope=0.0).assign(plan="a")
    rng = np.random.default_rng(8)
    life = np.ceil(rng.exponential(400, len(nothing))).astype(int)
    seen = rng.integers(1, 800, len(nothing))
    nothing = nothing.assign(stop=np.minimum(life, seen), lost=life <= seen)
    none = graded(nothing, "spend")
    assert none.message.id == "churn.measured_graded.no_better"
    assert abs(none.headline.value) < 0.01


def test_brier_of_the_truth_without_censoring_is_the_plain_mean_square():
    rows = made(n=4_000)
    seen = rows.assign(stop=np.where(rows["lost"], rows["stop"], 5_000), lost=rows["lost"])
    found = graded(seen, "spend")
    stays = (seen["stop"] > 365).mean()
    assert found.table["estimate"][1] == pytest.approx(stays * (1 - stays), rel=1e-9)


def test_late_entry_is_refused_in_words():
    rows = made(n=1_500, late=True)
    found = graded(rows)
    assert isinstance(found.headline, Withheld)
    late = int((rows["entry"] > 0).sum())
    assert Wording("en").say(found.message).replace("\u00a0", " ") == (
        f"How near the chances come cannot be graded in this way: {late} of {len(rows):,} were here before they "
        "came into sight, and who had left by then was never seen."
    )
    short = made(n=800)
    assert graded(short[short["stop"] < 300]).message.id == "churn.measured_graded.too_short"


@pytest.mark.parametrize("language", ["en", "vi"])
def test_everything_can_be_said(language):
    wording, rows = Wording(language), made(n=1_500)
    other = [asked(rows, "age"), graded(rows), graded(rows, "age"), graded(rows.assign(entry=1))]
    for found in (asked(rows), *other, asked(rows.head(5)), graded(rows.head(5))):
        for message in (found.message, found.method, *(check.message for check in found.checks)):
            assert "{" not in wording.say(message)
