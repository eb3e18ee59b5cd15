"""The definition: shares under several rules side by side, and whether a change stands under all of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab import churn
from cxlab.evidence.movement import STEPS
from cxlab.figures import draw
from cxlab.finding import Estimate, Withheld
from cxlab.quarter import Quarter
from cxlab.wording import Wording

NOW = Quarter.parse("2026Q3")
CONCERNED = ("plan", ["en90"])
RULES = {"own": 0.09, "days_30": 0.12, "days_60": 0.095, "days_90": 0.08}


def moves(loose, *, bound=0.10, last=0.06, customers=400):
    """Two quarters in 40 buckets: loose customers leave by the rule, those with a contract as they do."""
    rows = []
    for quarter, en90 in ((NOW - 1, last), (NOW, bound)):
        for bucket in range(40):
            for plan, rate in (("tu_do", loose), ("en90", en90)):
                lost = int(np.random.default_rng([bucket, round(rate * 1000)]).binomial(customers, rate))
                rows.append(
                    {"quarter": str(quarter), "plan": plan, "bucket": bucket, **dict.fromkeys(STEPS, 0),
                     "provisional": 0, "open": customers, "lost_voluntary": lost,
                     "back": lost // 2}
                )  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def under():
    return {name: moves(rate) for name, rate in RULES.items()}


def asked(under, **more):
    return churn.definition(under, concerned=CONCERNED, quarter=NOW, **more)


def test_shares_are_those_of_each_rule_and_the_headline_what_lies_between_them(under):
    found = asked(under)
    shares = [churn.left(frame, quarter=NOW).headline for frame in under.values()]
    table = found.table
    assert table["rule"].tolist() == list(RULES)
    assert table["estimate"].tolist() == [share.value for share in shares]
    assert table["low"].tolist() == [share.low for share in shares]
    assert table["back_share"].to_numpy() == pytest.approx(table["estimate"] / 2, rel=0.02)
    assert found.message.values["back"].value == table["back_share"][1]
    never = {name: frame.assign(back=0) for name, frame in under.items()}
    assert asked(never).message.values["back"] == 0.0
    assert "(and 0% come back in the same quarter)" in Wording("en").say(asked(never).message)
    assert isinstance(found.headline, Estimate)
    assert found.headline.value == pytest.approx(shares[1].value - shares[3].value)
    assert found.headline.unit == "share_points"
    assert found.headline.low > 0


def test_the_headline_allows_for_the_customers_that_both_rules_share(under):
    short, long = (churn.left(under[name], quarter=NOW).replicates for name in ("days_30", "days_90"))
    joint = short - long
    error = np.sqrt(39 / 40 * ((joint - joint.mean()) ** 2).sum())
    found = asked(under).headline
    assert found.high - found.value == pytest.approx(2.0227 * error, rel=1e-4)


def test_a_rise_among_contracts_stands_under_every_rule_and_it_is_said_why(under):
    found = asked(under)
    assert found.message.id == "churn.definition.rise_untouched"
    assert found.table["part_share"].nunique() == 1
    assert (found.table["p"] < 0.05).all()
    fallen = {name: moves(rate, bound=0.06, last=0.10) for name, rate in RULES.items()}
    assert asked(fallen).message.id == "churn.definition.fall_untouched"


def test_a_change_that_hangs_on_the_rule_is_said_to(under):
    by_rule = churn.definition(
        {name: moves(rate, bound=0.08 + 0.2 * (rate - 0.08)) for name, rate in RULES.items()},
        concerned=CONCERNED, quarter=NOW,
    )  # fmt: skip
    assert by_rule.message.id == "churn.definition.rise"
    other = {**under, "days_90": moves(0.08, bound=0.06)}
    assert asked(other).message.id == "churn.definition.not_all"
    still = {name: moves(rate, bound=0.06) for name, rate in RULES.items()}
    assert asked(still).message.id == "churn.definition.no_change"


@pytest.mark.parametrize("case", ["no event", "no quarter before", "part too small"])
def test_without_a_change_to_speak_of_only_the_shares_are_told(under, case):
    if case == "no event":
        found = churn.definition(under, quarter=NOW)
    elif case == "no quarter before":
        found = asked({name: frame[frame["quarter"] == str(NOW)] for name, frame in under.items()})
    else:
        found = asked(under, minimum=20_000)
    assert found.message.id == "churn.definition"
    assert "groups" not in found.message.values


def test_where_nobody_left_under_a_rule_nothing_is_laid_side_by_side(under):
    found = asked({**under, "days_90": under["days_90"].assign(lost_voluntary=0)})
    assert isinstance(found.headline, Withheld)
    assert found.message.id == "churn.definition.nothing"
    assert found.table.empty


def test_the_order_of_the_rows_means_nothing(under):
    mixed = {name: frame.sample(frac=1, random_state=2) for name, frame in under.items()}
    pd.testing.assert_frame_equal(asked(mixed).table, asked(under).table)


def test_it_can_be_said_and_drawn(under):
    found = asked(under)
    assert Wording("en").say(found.message).startswith("Under a 30-day rule churn reads 1")
    assert "đúng với mọi quy tắc, vì hợp đồng có ngày kết thúc riêng." in Wording("vi").say(found.message)
    for case in (".fall", ".rise", ".not_all", ".no_change", ".fall_untouched", "", ".nothing"):
        message = type(found.message)(f"churn.definition{case}", {**found.message.values, "quarter": NOW})
        for language in ("en", "vi"):
            assert "{" not in Wording(language).say(message)
            assert "{" not in Wording(language).say(found.method)
    picture = draw(found, wording=Wording("en"))
    assert "30 days without a sign of life" in picture.alt
