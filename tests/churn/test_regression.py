"""Who goes: ratios recovered, accounts linked, separation said in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab import churn
from cxlab.evidence import risk_table
from cxlab.finding import Label, Withheld
from cxlab.quarter import Quarter
from cxlab.wording import Wording

NOW = Quarter.parse("2026Q3")


def table_of(groups, days=60, at_risk=200):
    """Daily risk rows of each (plan, region) with so many losses, spread over the days."""
    rows = []
    for (plan, region), lost in groups.items():
        losses = (
            np.bincount(np.linspace(0, days - 1, lost).astype(int), minlength=days) if lost else np.zeros(days)
        )
        day = {"tenure": range(1, days + 1), "plan": plan, "region": region}
        rows.append(pd.DataFrame({**day, "at_risk": at_risk, "lost": losses.astype(int)}))
    return pd.concat(rows, ignore_index=True)


def test_planted_ratios_lie_in_their_intervals(evidence):
    found = churn.hazard_ratios(
        evidence.patterns, of=["plan", "region"], quarter=NOW, reference={"plan": "en90", "region": "hn"}
    )
    rows = found.table.set_index("code")
    for code, planted in (("tu_do", 1.6), ("en_nam", 0.35), ("hcm", 1.15)):
        assert rows.loc[code, "low"] <= planted <= rows.loc[code, "high"]
    assert rows["reference"].to_dict()["hcm"] == "hn"
    assert next(each for each in found.checks if each.name == "proportional").passed


def test_the_fit_equals_lifelines_on_the_rows(company):
    from lifelines import CoxPHFitter

    frame, window = company.frame, company.window
    rows = pd.DataFrame(
        {
            "tenure": frame["exit_day"].fillna(window.close_day - 1) - frame["start_day"],
            "entry": (window.open_day - frame["start_day"]).clip(lower=0),
            "lost": frame["exit_day"].notna() & (frame["cause"] != "transfer"),
            "hcm": (frame["region"] == "hcm").astype(float),
        }
    )
    rows = rows[rows["tenure"] > rows["entry"]]  # who began on the last day was never seen at risk
    oracle = CoxPHFitter().fit(rows, "tenure", "lost", entry_col="entry")
    risk = risk_table(company.lives, by=["region"], window=window)
    found = churn.hazard_ratios(risk, of=["region"], quarter=NOW, reference={"region": "hn"})
    assert np.log(found.headline.value) == pytest.approx(float(oracle.params_.iloc[0]), abs=1e-6)
    width = np.log(found.headline.high) - np.log(found.headline.low)
    assert width / (2 * 1.959964) == pytest.approx(float(oracle.standard_errors_.iloc[0]), abs=1e-6)


def test_a_level_nobody_left_is_said_in_words_and_the_others_stand():
    groups = {("a", "x"): 60, ("b", "x"): 30, ("c", "x"): 0}
    found = churn.hazard_ratios(table_of(groups), of=["plan"], quarter=NOW)
    assert isinstance(found.headline, Withheld)
    assert found.message.id == "churn.hazard_ratios.separated"
    assert found.message.values == {"group": Label(of="plan", code="c"), "of": Label(of="term", code="plan")}
    without = churn.hazard_ratios(table_of({k: v for k, v in groups.items() if v}), of=["plan"], quarter=NOW)
    pd.testing.assert_frame_equal(found.table, without.table)
    assert found.table["estimate"].between(0.3, 0.8).all()


def test_the_reference_may_be_the_level_nobody_left():
    found = churn.hazard_ratios(
        table_of({("a", "x"): 60, ("b", "x"): 30, ("c", "x"): 0}),
        of=["plan"],
        quarter=NOW,
        reference={"plan": "c"},
    )
    assert found.message.id == "churn.hazard_ratios.separated"
    assert found.table["reference"].tolist() == ["a"]


def test_several_levels_nobody_left_are_all_named():
    found = churn.hazard_ratios(
        table_of({("a", "x"): 60, ("b", "x"): 30, ("c", "x"): 0, ("d", "x"): 0}), of=["plan"], quarter=NOW
    )
    assert found.message.id == "churn.hazard_ratios.separated_many"
    assert [label.code for label in found.message.values["groups"]] == ["c", "d"]


def test_two_variables_that_say_the_same_are_not_given_ratios():
    found = churn.hazard_ratios(table_of({("a", "x"): 60, ("b", "y"): 30}), of=["plan", "region"], quarter=NOW)
    assert found.message.id == "churn.hazard_ratios.tangled"
    assert found.table.empty


def test_groups_that_were_never_ten_are_left_out():
    risk = pd.concat([table_of({("a", "x"): 60, ("b", "x"): 30}), table_of({("c", "x"): 3}, at_risk=9)])
    found = churn.hazard_ratios(risk, of=["plan"], quarter=NOW)
    assert found.table["code"].tolist() == ["b"]
    assert found.checks[0].message.values == {"n": 1, "least": 10}


def test_nobody_left_and_nobody_to_compare_are_said():
    nobody = churn.hazard_ratios(table_of({("a", "x"): 0, ("b", "x"): 0}), of=["plan"], quarter=NOW)
    single = churn.hazard_ratios(table_of({("a", "x"): 9}), of=["plan"], quarter=NOW)
    assert nobody.message.id == "churn.hazard_ratios.nobody_left"
    assert single.message.id == "churn.hazard_ratios.no_groups"


def test_strata_take_a_variable_out_of_the_table(evidence):
    found = churn.hazard_ratios(evidence.patterns, of=["plan"], strata=["region"], quarter=NOW)
    assert set(found.table["of"]) == {"plan"}


def test_order_and_names_of_levels_do_not_matter(evidence):
    names = {"en90": "q", "tu_do": "z", "en_nam": "a", "gia_dinh": "b"}
    renamed = evidence.patterns.assign(plan=evidence.patterns["plan"].map(names)).sample(frac=1, random_state=1)
    one = churn.hazard_ratios(evidence.patterns, of=["plan"], quarter=NOW, reference={"plan": "en90"})
    two = churn.hazard_ratios(renamed, of=["plan"], quarter=NOW, reference={"plan": "q"})
    estimates = one.table.set_index(one.table["code"].map(names)).sort_index()["estimate"]
    assert two.table.set_index("code")["estimate"].to_numpy() == pytest.approx(estimates.to_numpy(), rel=1e-8)


def test_an_unknown_reference_is_refused(evidence):
    with pytest.raises(
        ValueError, match=r"^a reference must be a level in the risk table; not there: plan = gold$"
    ):
        churn.hazard_ratios(evidence.patterns, of=["plan"], quarter=NOW, reference={"plan": "gold"})


def test_customers_without_a_level_and_variables_of_one_level_are_said():
    whole = table_of({("a", "x"): 60, ("b", "x"): 30, (None, "x"): 12})
    found = churn.hazard_ratios(whole, of=["plan", "region"], quarter=NOW)
    without = churn.hazard_ratios(whole.dropna(), of=["plan"], quarter=NOW)
    pd.testing.assert_frame_equal(found.table, without.table)
    said = {check.name: check.message for check in found.checks}
    assert said["unknown"].values == {"n": 12, "variables": (Label(of="term", code="plan"),)}
    assert said["one_level"].values == {"variables": (Label(of="term", code="region"),)}
    assert {"unknown", "one_level"} & {check.name for check in without.checks} == set()


def test_strata_without_a_level_are_left_out_too():
    whole = pd.concat([table_of({("a", "x"): 60, ("b", "x"): 30}), table_of({("a", None): 5, ("b", None): 7})])
    found = churn.hazard_ratios(whole, of=["plan"], strata=["region"], quarter=NOW)
    said = {check.name: check.message for check in found.checks}
    assert said["unknown"].values == {"n": 12, "variables": (Label(of="term", code="region"),)}


def test_a_coarse_clock_has_a_model_of_its_own():
    """Three periods in which a third and more leave: tied times pull Cox's ratio towards 1, the other does not."""
    rows, ratio = [], 2.0
    for plan, times in (("a", 1.0), ("b", ratio)):
        n = 100_000
        for period, hazard in enumerate((0.9, 0.6, 0.5), start=1):
            d = round(n * (1 - np.exp(-hazard * times)))
            rows.append((period, plan, n, d))
            n -= d
    risk = pd.DataFrame(rows, columns=["tenure", "plan", "at_risk", "lost"])
    arguments = {"of": ["plan"], "quarter": NOW, "reference": {"plan": "a"}}
    grouped, tied = (churn.hazard_ratios(risk, model=model, **arguments) for model in ("cloglog", "cox"))
    assert grouped.headline.value == pytest.approx(ratio, abs=0.001)
    assert tied.headline.value < 1.9
    assert grouped.method.id == "churn.method.hazard_ratios.cloglog"
    assert grouped.definition != tied.definition
    assert next(each for each in grouped.checks if each.name == "proportional").passed


def test_a_model_for_a_coarse_clock_leaves_buckets_out_as_well():
    risk = pd.concat(
        [
            table_of({("a", "x"): 30 + bucket % 7, ("b", "x"): 20 + bucket % 3}, days=4).assign(bucket=bucket)
            for bucket in range(40)
        ]
    )
    found = churn.hazard_ratios(risk, of=["plan"], quarter=NOW, model="cloglog")
    assert found.checks[-1].message.id == "check.links_counted"
    assert found.headline.low <= found.headline.value <= found.headline.high


@pytest.mark.parametrize("language", ["en", "vi"])
def test_what_is_left_out_can_be_said(language):
    whole = table_of({("a", "x"): 60, ("b", "x"): 30, (None, "x"): 12})
    found = churn.hazard_ratios(whole, of=["plan", "region"], quarter=NOW, model="cloglog")
    for message in (found.method, *(check.message for check in found.checks)):
        assert "{" not in Wording(language).say(message)
