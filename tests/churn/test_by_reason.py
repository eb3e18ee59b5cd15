"""Ratios by reason: planted ones recovered, each reason equal to a fit of its own, words for the rest."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab import churn
from cxlab.finding import Label, Withheld
from cxlab.quarter import Quarter
from cxlab.wording import Wording

NOW = Quarter.parse("2026Q3")
RATES = {"shop": {"port_out": 0.02, "papers": 0.01}, "dealer": {"port_out": 0.02, "papers": 0.04}}


def monthly(rates, *, months=20, size=3_000, seed=2):
    rng, rows = np.random.default_rng(seed), []
    for source, ways in rates.items():
        for plan in ("a", "b"):
            n = size
            for month in range(1, months + 1):
                d = rng.multinomial(n, [*ways.values(), 1 - sum(ways.values())])[:-1]
                rows.append((month, source, plan, n, *d))
                n -= int(d.sum())
    names = ["tenure", "acq_source", "plan", "at_risk", *(f"lost_{way}" for way in next(iter(rates.values())))]
    return pd.DataFrame(rows, columns=names)


def test_a_group_that_leaves_for_one_reason_only_is_told():
    found = churn.reason_ratios(
        monthly(RATES), of=["plan", "acq_source"], strata=["plan"], quarter=NOW, reference={"acq_source": "shop"}
    )
    rows = found.table.set_index("reason")
    assert set(found.table["of"]) == {"acq_source"}
    assert rows.low["papers"] <= 4 <= rows.high["papers"]
    assert rows.low["port_out"] <= 1 <= rows.high["port_out"]
    assert found.message.id == "churn.reason_ratios"
    said = found.message.values
    assert (said["group"], said["reason"]) == (
        Label(of="acq_source", code="dealer"),
        Label(of="reason", code="papers"),
    )
    assert (said["told"], said["all"]) == (1, 2)


def test_each_reason_is_the_fit_of_its_own_losses():
    risk = monthly(RATES)
    found = churn.reason_ratios(risk, of=["acq_source", "plan"], quarter=NOW)
    for way in ("port_out", "papers"):
        alone = risk.drop(columns=["lost_port_out", "lost_papers"]).assign(lost=risk[f"lost_{way}"])
        expected = churn.hazard_ratios(alone, of=["acq_source", "plan"], quarter=NOW).table
        mine = found.table[found.table["reason"] == way].reset_index(drop=True)
        for name in ("estimate", "low", "high"):
            assert mine[name].to_numpy() == pytest.approx(expected[name].to_numpy(), rel=1e-12)


def test_reasons_few_left_for_and_levels_nobody_left_for_are_counted():
    rates = {
        "shop": {"port_out": 0.02, "papers": 0.01, "unpaid": 0.00003},
        "dealer": {"port_out": 0.02, "papers": 0.02, "unpaid": 0.0},
        "web": {"port_out": 0.02, "papers": 0.0, "unpaid": 0.0},
    }
    found = churn.reason_ratios(monthly(rates), of=["acq_source"], quarter=NOW, reference={"acq_source": "shop"})
    checks = {each.name: each.message for each in found.checks}
    assert checks["hidden"].values == {"n": 1, "least": 10}
    assert checks["nobody"].values == {"n": 1}
    assert set(zip(found.table["reason"], found.table["code"], strict=True)) == {
        ("port_out", "dealer"), ("port_out", "web"), ("papers", "dealer"),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["lost_port_out", "lost_unknown"])
def test_a_single_reason_and_losses_without_one_are_not_compared(name):
    risk = monthly(RATES).drop(columns="lost_papers").rename(columns={"lost_port_out": name})
    found = churn.reason_ratios(risk, of=["acq_source"], quarter=NOW)
    assert found.headline == Withheld(found.message)
    assert found.message.id == "churn.reason_ratios.one_reason"
    said = {each.name: each.message for each in found.checks}
    unknown = {"n": int(risk["lost_unknown"].sum())} if name == "lost_unknown" else None
    assert (said["unknown"].values if "unknown" in said else None) == unknown
    assert "{" not in Wording("vi").say(found.message)


def test_losses_of_an_unknown_reason_are_beside_the_ratios():
    risk = monthly(RATES)
    found = churn.reason_ratios(risk.assign(lost_unknown=1), of=["acq_source"], quarter=NOW)
    pd.testing.assert_frame_equal(found.table, churn.reason_ratios(risk, of=["acq_source"], quarter=NOW).table)
    check = next(each for each in found.checks if each.name == "unknown")
    assert (check.message.id, check.message.values) == ("churn.check.reason_unknown", {"n": len(risk)})
    assert "{" not in Wording("en").say(check.message)


def test_nothing_to_compare_is_said():
    found = churn.reason_ratios(
        monthly({"shop": RATES["shop"]}).query("plan == 'a'"), of=["acq_source"], quarter=NOW
    )
    assert found.headline == Withheld(found.message)
    assert found.message.id == "churn.reason_ratios.nothing"


def test_a_table_of_one_kind_of_loss_is_refused():
    risk = monthly(RATES).rename(columns={"lost_papers": "lost"})
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        churn.reason_ratios(risk, of=["acq_source"], quarter=NOW)
    assert str(caught.value) == (
        "reason_ratios needs risk_table(..., causes='reason'); got columns tenure, acq_source, plan, at_risk, "
        "lost_port_out, lost"
    )


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_sentence_can_be_said(language):
    wording = Wording(language)
    for found in (
        churn.reason_ratios(monthly(RATES), of=["acq_source", "plan"], quarter=NOW),
        churn.reason_ratios(monthly(dict.fromkeys(RATES, RATES["shop"])), of=["acq_source"], quarter=NOW),
        churn.reason_ratios(monthly({"shop": RATES["shop"]}), of=["acq_source"], quarter=NOW),
    ):
        for message in (found.message, found.method, *(check.message for check in found.checks)):
            assert "{" not in wording.say(message)
