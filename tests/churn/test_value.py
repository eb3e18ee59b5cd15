"""What left with them: every amount counted once, by reason and from close to close."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab import churn
from cxlab.evidence.value_moves import NO_MOVES
from cxlab.finding import Withheld
from cxlab.quarter import Quarter
from cxlab.wording import Wording

NOW = Quarter.parse("2026Q3")
SUMS = ["customers", "unpriced", "margin_before", "revenue_before", "margin", "revenue"]
MOVES = [
    ("stayed", ""), ("joined", ""), ("back", ""), ("transferred", ""), ("passed", ""), ("restated", ""),
    ("lost_voluntary", "lapsed"), ("lost_voluntary", "port_out"), ("lost_involuntary", "unpaid"),
]  # fmt: skip


def moved(*, rng=None, buckets=40, **customers):
    """Sums of each move in each bucket: customers as told, money drawn, nothing at a close that did not see it."""
    rng = rng or np.random.default_rng(3)
    rows = []
    for move, reason in MOVES:
        n = customers.get(reason or move, 0)
        for bucket, part in enumerate(rng.multinomial(n, np.full(buckets, 1 / buckets))):
            there, here = move not in ("joined", "back", "passed"), move in ("stayed", "joined", "back")
            before, now = (int(rng.integers(50, 150) * part * seen) for seen in (there, here))
            rows.append((move, reason, bucket, part, 0, before, 2 * before, now, 2 * now))
    return pd.DataFrame(rows, columns=["move", "reason", "bucket", *SUMS])


USUAL = {
    "stayed": 9000, "joined": 700, "back": 60, "transferred": 30, "passed": 40, "restated": 5, "lapsed": 500,
    "port_out": 200, "unpaid": 90,
}  # fmt: skip
sizes = st.fixed_dictionaries({name: st.integers(0, 3 * n) for name, n in USUAL.items()})


@settings(max_examples=20)
@given(sizes, st.integers(0, 2**32 - 1))
def test_every_amount_is_in_one_row(customers, seed):
    frame = moved(rng=np.random.default_rng(seed), **customers)
    found = churn.value_lost(frame, quarter=NOW, amount="revenue")
    gone = frame[frame["move"].str.startswith("lost")]
    if isinstance(found.headline, Withheld) and found.table.empty:
        assert gone["customers"].sum() < 10 or not frame["revenue_before"].sum()
    else:
        assert found.table["estimate"].sum() == gone["revenue_before"].sum()
        assert found.table["n"].sum() == gone["customers"].sum()
        assert (found.table["n"] >= 10).all()
    steps = churn.value_steps(frame, quarter=NOW).table.set_index("step")["estimate"]
    if len(steps):
        taken = steps[[name for name in steps.index if name.startswith("lost") or name == "transferred"]].sum()
        added = steps.drop([*steps.index[steps.index.str.startswith("lost")], "transferred", "close"]).sum()
        assert added - taken == steps["close"] == frame["margin"].sum()
        assert steps["open"] == frame["margin_before"].sum()


def test_shares_by_hand():
    frame = moved(**USUAL)
    lost = frame["move"].str.startswith("lost")
    found = churn.value_lost(frame, quarter=NOW)
    assert found.headline.value == frame["margin_before"][lost].sum() / frame["margin_before"].sum()
    assert found.headline.low < found.headline.value < found.headline.high
    assert found.message.values["customers"] == 790 / 9820
    assert found.table["reason"].tolist() == ["lapsed", "port_out", "unpaid"]
    assert (found.table["low"] == found.table["high"]).all()  # counted
    stayed = churn.kept(frame, quarter=NOW)
    assert (stayed.headline.value, stayed.headline.n) == (pytest.approx(9000 / 9790), 9790)
    steps = churn.value_steps(frame, quarter=NOW)
    still = frame["margin"][frame["move"] == "stayed"].sum() / frame["margin_before"].sum()
    assert steps.headline.value == pytest.approx(still)
    assert [check.passed for check in steps.checks if check.name == "ties_out"] == [True]
    unpriced = next(check for check in found.checks if check.name == "unpriced")
    assert (unpriced.passed, unpriced.message.values) == (None, {"n": 0, "restated": 5})


def test_the_interval_is_that_of_many_draws():
    """Accounts of thirty leave together: the share of money that left spreads as wide as the interval says."""
    shares, errors = [], []
    for seed in range(80):
        rng = np.random.default_rng(seed)
        account = rng.integers(0, 300, 3000)
        leaves = (rng.random(300) < 0.1)[account]
        money, bucket = rng.gamma(4, 25, 3000).round(), account % 40
        frame = pd.DataFrame(
            {"move": np.where(leaves, "lost_voluntary", "stayed"), "reason": np.where(leaves, "lapsed", ""),
             "bucket": bucket, "customers": 1, "unpriced": 0, "margin_before": money, "margin": money * ~leaves}
        )  # fmt: skip
        found = churn.value_lost(frame, quarter=NOW).headline
        shares.append(np.log(found.value / (1 - found.value)))
        ends = np.array([found.low, found.high])
        errors.append(np.diff(np.log(ends / (1 - ends)))[0] / 2 / 2.0227)
    assert np.std(shares) == pytest.approx(np.mean(errors), rel=0.25)


def test_rare_reasons_are_taken_together():
    found = churn.value_lost(moved(**{**USUAL, "unpaid": 4}), quarter=NOW)
    assert found.table["reason"].tolist() == ["lapsed", "smaller_groups"]  # 4 alone would follow from the total
    assert found.table["n"].tolist() == [500, 204]


@pytest.mark.parametrize(
    ("customers", "ids"),
    [
        ({**USUAL, "lapsed": 0, "port_out": 0, "unpaid": 0},
         ["churn.value_lost.few", "churn.kept.no_interval", "churn.value_steps"]),
        ({"lapsed": 900}, ["churn.value_lost.no_interval", "churn.kept.no_interval",
                           "churn.value_steps.no_interval"]),
        ({"lapsed": 1}, ["churn.value_lost.few", "churn.kept.no_interval", "churn.value_steps.no_interval"]),
        ({"joined": 30}, ["churn.value_lost.nothing", "churn.kept.no_interval", "churn.value_steps.nothing"]),
    ],
    ids=["all stay", "all leave", "one customer", "nobody was there"],
)  # fmt: skip
def test_ends_of_the_scale_are_said_in_words(customers, ids):
    frame = moved(**customers)
    found = [of(frame, quarter=NOW) for of in (churn.value_lost, churn.kept, churn.value_steps)]
    assert [each.message.id for each in found] == ids
    for each in found:
        assert isinstance(each.headline, Withheld) or each.name == "churn.value_steps"
        for language in ("en", "vi"):
            assert "{" not in Wording(language).say(each.message)


def test_without_a_close_before_nothing_is_counted():
    found = churn.value_lost(NO_MOVES, quarter=NOW)
    assert found.message.id == "churn.value_lost.first"
    assert list(NO_MOVES) == ["move", "reason", "bucket", *SUMS]


def test_few_accounts_have_no_range():
    found = churn.value_lost(moved(buckets=10, **USUAL), quarter=NOW)
    assert found.message.id == "churn.value_lost.no_interval"
    assert len(found.table) == 3


def test_a_gap_is_a_failed_check():
    frame = moved(**USUAL)
    frame.loc[frame["move"] == "transferred", "margin"] = 7  # nobody who changed owner is there at the close
    frame.loc[frame["move"] == "passed", "margin_before"] = 0
    steps = churn.value_steps(frame, quarter=NOW)
    assert next(check for check in steps.checks if check.name == "ties_out").passed is True
    twice = pd.concat([frame, frame[frame["move"] == "passed"].assign(move="unheard_of", margin_before=5)])
    gap = next(check for check in churn.value_steps(twice, quarter=NOW).checks if check.name == "ties_out")
    assert (gap.passed, gap.message.values["gap"]) == (False, 200.0)


@pytest.mark.parametrize("language", ["en", "vi"])
def test_everything_can_be_said(language):
    wording = Wording(language)
    for amount in ("margin", "revenue"):
        for of in (churn.value_lost, churn.kept, churn.value_steps):
            found = of(moved(**USUAL), quarter=NOW, amount=amount)
            for message in (found.message, found.method, *(check.message for check in found.checks)):
                assert "{" not in wording.say(message)


def test_evidence_without_buckets_is_refused():
    with pytest.raises(ValueError, match=r"^value_moves\(\.\.\., bucket=True\) must give move, reason, bucket, "):
        churn.value_lost(moved(**USUAL).drop(columns="bucket"), quarter=NOW)
