"""The parts of a change add up to it, whatever the groups."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab import churn
from cxlab.churn.parts import MIX, REST
from cxlab.finding import Withheld
from cxlab.quarter import Quarter

Q3 = Quarter(2026, 3)


def moves(now, before, *, buckets=40):
    """Movements of groups ``{code: (open, lost)}``, spread over buckets as evenly as whole numbers allow."""
    rows = []
    for quarter, groups in ((Q3, now), (Q3 - 1, before)):
        for code, (start, lost) in groups.items():
            for bucket in range(buckets):
                share = [total // buckets + (bucket < total % buckets) for total in (start, lost)]
                rows.append((str(quarter), code, bucket, share[0], share[1], 0))
    return pd.DataFrame(rows, columns=["quarter", "plan", "bucket", "open", "lost_voluntary", "lost_involuntary"])


group = st.integers(min_value=50, max_value=4000).flatmap(
    lambda start: st.tuples(st.just(start), st.integers(min_value=1, max_value=start // 2))
)
groups = st.fixed_dictionaries({"a": group, "b": group, "c": group})


@settings(max_examples=40, deadline=None)
@given(groups, groups)
def test_parts_sum_to_the_change(now, before):
    found = churn.left_parts(moves(now, before), by="plan", quarter=Q3)
    rates = [sum(d for _, d in each.values()) / sum(n for n, _ in each.values()) for each in (now, before)]
    assert found.headline.value == pytest.approx(rates[0] - rates[1], abs=1e-12)
    assert found.table["estimate"].sum() == pytest.approx(found.headline.value, abs=1e-12)
    assert (found.table["low"] <= found.table["estimate"]).all()


def test_a_textbook_split_within_and_mix():
    """Two groups whose rates stay at 20% and 5% while the first grows from a half to 60%: all of it is mix."""
    found = churn.left_parts(
        moves({"a": (6000, 1200), "b": (4000, 200)}, {"a": (5000, 1000), "b": (5000, 250)}), by="plan", quarter=Q3
    )
    parts = found.table.set_index("plan")["estimate"]
    assert parts[MIX] == pytest.approx(0.015)
    assert parts.drop(MIX).abs().max() < 1e-12
    assert found.table["plan"].iloc[-1] == MIX


def test_what_happened_within_one_group_is_named():
    found = churn.left_parts(
        moves({"a": (5000, 600), "b": (5000, 250)}, {"a": (5000, 400), "b": (5000, 250)}), by="plan", quarter=Q3
    )
    assert found.message.values["group"].code == "a"
    assert found.message.values["part"] == pytest.approx(0.02)
    assert found.message.values["mix"] == pytest.approx(0)


def test_small_groups_are_taken_together():
    now = {"a": (5000, 600), "b": (4000, 100), "c": (8, 1), "d": (9, 1)}
    found = churn.left_parts(moves(now, now), by="plan", quarter=Q3)
    assert set(found.table["plan"]) == {"a", "b", REST, MIX}
    assert found.table["estimate"].abs().max() < 1e-12


def test_without_a_quarter_before_there_is_nothing_to_split():
    only = moves({"a": (5000, 600)}, {})
    found = churn.left_parts(only, by="plan", quarter=Q3)
    assert isinstance(found.headline, Withheld)
    assert found.table.empty


def test_too_few_accounts_give_no_interval():
    found = churn.left_parts(moves({"a": (500, 60)}, {"a": (500, 40)}, buckets=10), by="plan", quarter=Q3)
    assert isinstance(found.headline, Withheld)
    assert np.isnan(found.table["low"]).all()
