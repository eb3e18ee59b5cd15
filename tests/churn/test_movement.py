"""How many left: the share, its replicates, what changed and where."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cxlab import churn
from cxlab.evidence import movements
from cxlab.finding import Estimate, Label, Withheld
from cxlab.quarter import Quarter


def check(finding, name):
    return next(each for each in finding.checks if each.name == name)


def test_the_share_is_leavers_over_those_at_the_start(company, evidence):
    frame, now = company.frame, company.quarter
    first = company.window.close_day - now.days
    exits = frame["exit_day"]
    there = (frame["start_day"] < first) & ~(exits < first)
    lost = (exits >= first) & (frame["cause"] != "transfer")
    found = churn.left(evidence.moves, quarter=now)
    assert found.headline.value == pytest.approx(lost.sum() / there.sum())
    assert (found.headline.n, found.message.values["n"]) == (there.sum(), lost.sum())
    assert found.table.set_index("step")["n"].loc["transferred"] > 0


def test_replicates_are_the_share_without_each_bucket(evidence):
    found = churn.left(evidence.moves, quarter=evidence.now)
    rest = evidence.moves[evidence.moves["bucket"] != 7]
    rest = rest[rest["quarter"] == str(evidence.now)]
    lost, start = rest[["lost_voluntary", "lost_involuntary"]].to_numpy().sum(), rest["open"].sum()
    assert len(found.replicates) == 40
    assert found.replicates[7] == pytest.approx(lost / start)


def test_a_change_uses_joint_replicates_and_is_narrower_than_independence_allows(evidence):
    now, last = (churn.left(evidence.moves, quarter=q) for q in (evidence.now, evidence.now - 1))
    found = churn.left_change(now, last, None)
    joint = now.replicates - last.replicates
    error = np.sqrt(39 / 40 * ((joint - joint.mean()) ** 2).sum())
    assert found.headline.value == pytest.approx(now.headline.value - last.headline.value)
    assert found.headline.high - found.headline.value == pytest.approx(2.0227 * error, rel=1e-4)
    assert found.table["against"].tolist() == ["last_quarter"]


def test_the_first_quarter_has_nothing_to_compare_with(snapshot_evidence):
    now = churn.left(snapshot_evidence.moves, quarter=snapshot_evidence.now)
    found = churn.left_change(now, None, None)
    assert isinstance(found.headline, Withheld)
    assert found.message.id == "churn.left_change.first"
    assert found.message.values["lost"] == now.message.values["n"]
    assert found.table.empty


def test_a_planted_rise_in_one_plan_is_found_there(draw):
    company = draw(customers=9000, seed=3, quarters=3, rise=2.5)
    moves = movements(company.lives, quarters=[company.quarter - 1, company.quarter], by=["plan"], bucket=True)
    by_plan = churn.left_by(moves, by="plan", quarter=company.quarter)
    where = churn.left_where(moves, of="plan", codes=["en90"], quarter=company.quarter)
    verdicts = by_plan.table.set_index("plan")["verdict"]
    assert verdicts["en90"] == "real_change"
    assert by_plan.message.id == "churn.left_by.real_rise"
    assert by_plan.message.values["group"] == Label(of="plan", code="en90")
    assert where.message.id == "churn.left_where.real_rise"
    assert where.headline.low > 0


def test_without_the_quarter_before_groups_have_a_share_and_no_verdict(snapshot_evidence):
    found = churn.left_by(snapshot_evidence.moves, by="plan", quarter=snapshot_evidence.now)
    assert len(found.table) == 4
    assert found.table[["last", "change", "p"]].isna().all().all()
    assert found.table["verdict"].tolist() == [None] * 4
    assert found.message.id == "churn.left_by.first"


def test_small_groups_and_what_gives_them_away_are_hidden(lives):
    """a: 300 customers, b: 60, c: 5. Showing a and b would give c away, so b is hidden too."""
    plans = ["a"] * 300 + ["b"] * 60 + ["c"] * 5
    ends = [40 if place % 4 == 0 else None for place in range(len(plans))]
    moves = movements(
        lives([(-9, end) for end in ends], plan=plans),
        quarters=[Quarter.parse("2026Q1")],
        by=["plan"],
        bucket=True,
    )
    found = churn.left_by(moves, by="plan", quarter=Quarter.parse("2026Q1"))
    assert found.table["plan"].tolist() == ["a"]
    assert check(found, "hidden").message.values == {"n": 2, "least": 10}


def test_provisional_losses_and_gaps_are_said(lives):
    quarter = Quarter.parse("2026Q1")
    spells = [(-9, 20 if place % 5 == 0 else None) for place in range(200)]
    moves = movements(
        lives(spells, provisional=[place == 0 for place in range(200)]), quarters=[quarter], bucket=True
    )
    found = churn.left(moves, quarter=quarter)
    assert check(found, "provisional").passed is None
    assert check(found, "provisional").message.values["n"] == 1
    assert check(found, "ties_out").passed
    broken = moves.assign(close=moves["close"] + (moves.index == 0))
    failed = check(churn.left(broken, quarter=quarter), "ties_out")
    assert (failed.passed, failed.message.values) == (False, {"gap": -1})


def test_too_few_accounts_give_no_interval(lives):
    quarter = Quarter.parse("2026Q1")
    spells = [(-9, 20 if place % 5 == 0 else None) for place in range(60)]
    moves = movements(
        lives(spells, account_id=[f"f{place % 6}" for place in range(60)]), quarters=[quarter], bucket=True
    )
    found = churn.left(moves, quarter=quarter)
    assert found.headline.reason.id == "churn.left.no_interval"
    assert (found.message.values["n"], found.message.values["start"]) == (12, 60)
    assert check(found, "links").passed is False


def test_the_trend_has_a_row_per_quarter_and_ends_with_this_one(evidence):
    found = churn.left_trend(evidence.moves, quarter=evidence.now)
    assert found.table["quarter"].tolist() == [str(quarter) for quarter in evidence.quarters]
    assert found.headline == churn.left(evidence.moves, quarter=evidence.now).headline


def test_one_page_adjusts_over_all_its_tests(evidence):
    now, last = (churn.left(evidence.moves, quarter=q) for q in (evidence.now, evidence.now - 1))
    change = churn.left_change(now, last)
    by_plan = churn.left_by(evidence.moves, by="plan", quarter=evidence.now)
    change = replace(change, table=change.table.assign(p=0.04, verdict="real_change"))
    by_plan = replace(by_plan, table=by_plan.table.assign(p=[0.5, 0.6, 0.7, 0.8]))
    judged, again, nothing = churn.one_page(change, by_plan, None)
    assert nothing is None
    assert judged.table["verdict"].iloc[0] != "real_change"
    assert judged.message.id.rpartition(".")[2] == judged.table["verdict"].iloc[0]
    assert "real_change" not in set(again.table["verdict"])


def test_findings_of_different_rules_are_not_compared(evidence):
    now = churn.left(evidence.moves, quarter=evidence.now)
    other = replace(now, definition="another")
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        churn.left_change(now, other)
    assert str(caught.value) == (
        f"only findings of one rule are compared; 2026Q3 has {now.definition}, 2026Q3 has another"
    )


def test_movements_without_buckets_are_refused(company):
    moves = movements(company.lives, quarters=[company.quarter])
    columns = ", ".join(moves.columns)
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        churn.left(moves, quarter=company.quarter)
    assert str(caught.value) == (
        "movements(..., bucket=True) must give quarter, bucket, open, joined, back, lost_voluntary, "
        f"lost_involuntary, transferred, close; bucket not among {columns}"
    )


def test_every_estimate_holds_its_interval(evidence):
    found = churn.left_by(evidence.moves, by="plan", quarter=evidence.now)
    assert isinstance(found.headline, Estimate)
    assert (
        (found.table["low"] <= found.table["estimate"]) & (found.table["estimate"] <= found.table["high"])
    ).all()
