"""risk_table: equal to counting rows one by one; it adds; late entrants enter late."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxlab.evidence import risk_table
from cxlab.evidence.bucket import bucket_of
from cxlab.maths.survival import kaplan_meier
from cxlab.quarter import DAYS_PER_MONTH, Quarter, Window, day_number

SPELL = st.tuples(
    st.integers(-60, 180),
    st.one_of(st.none(), st.integers(1, 90)),
    st.sampled_from(["voluntary", "involuntary", "transfer"]),
    st.sampled_from(["a", "b"]),
).map(lambda s: s if s[1] is None or s[0] + s[1] > 0 else (s[0], 61, *s[2:]))
SPELLS = st.lists(SPELL, min_size=1, max_size=25)
LAWS = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def frame_of(spells, window):
    """Rows as pandas: start, exit, cause, plan."""
    starts = [window.open_day + start for start, *_ in spells]
    ends = [None if life is None else start + life for start, (_, life, *_) in zip(starts, spells, strict=True)]
    left = [end is not None and end < window.close_day for end in ends]
    return pd.DataFrame(
        {
            "start_day": starts,
            "exit_day": [end if gone else None for end, gone in zip(ends, left, strict=True)],
            "cause": [cause if gone else None for (*_, cause, _), gone in zip(spells, left, strict=True)],
            "plan": [plan for *_, plan in spells],
            "customer_id": [f"c{place}" for place in range(len(spells))],
        }
    )


def counted_by_hand(frame, window):
    """At risk and lost on each day of tenure, customer by customer."""
    end = frame["exit_day"].astype(float).fillna(window.close_day - 1)
    entry = (window.open_day - frame["start_day"]).clip(lower=0)
    tenure = end - frame["start_day"]
    lost = frame["exit_day"].notna() & (frame["cause"] != "transfer")
    rows = []
    for t in range(1, int(tenure.max()) + 1):
        at_risk = (entry < t) & (t <= tenure)
        if at_risk.any():
            rows.append((t, int(at_risk.sum()), int((at_risk & lost & (tenure == t)).sum())))
    return pd.DataFrame(rows, columns=["tenure", "at_risk", "lost"])


@LAWS
@given(spells=SPELLS)
def test_the_table_equals_counting_customers_one_by_one(spells, as_lives, half_year):
    frame = frame_of(spells, half_year)
    table = risk_table(as_lives(frame, half_year), window=half_year)
    pd.testing.assert_frame_equal(table, counted_by_hand(frame, half_year), check_dtype=False)


@LAWS
@given(spells=SPELLS, others=SPELLS)
def test_risk_tables_of_disjoint_customers_add(spells, others, as_lives, half_year):
    everyone = frame_of([*spells, *others], half_year)
    everyone["account_id"] = everyone["customer_id"]
    first = everyone.index < len(spells)
    keys = ["tenure", "plan", "quarter", "bucket"]
    arguments = {"by": ["plan"], "window": half_year, "quarter": True, "bucket": True}
    parts = [risk_table(as_lives(everyone[mine], half_year), **arguments) for mine in (first, ~first)]
    whole = risk_table(as_lives(everyone, half_year), **arguments)
    added = pd.concat(parts).groupby(keys, as_index=False)[["at_risk", "lost"]].sum()
    pd.testing.assert_frame_equal(
        added.sort_values(keys, ignore_index=True), whole.sort_values(keys, ignore_index=True), check_dtype=False
    )


@LAWS
@given(spells=SPELLS, seed=st.integers(0, 100))
def test_neither_the_order_of_rows_nor_the_names_of_customers_matter(spells, seed, as_lives, half_year):
    frame = frame_of(spells, half_year)
    shuffled = frame.sample(frac=1, random_state=seed).reset_index(drop=True)
    shuffled["customer_id"] = [f"other{place}" for place in range(len(frame))]
    first, second = (
        risk_table(as_lives(rows, half_year), by=["plan"], window=half_year) for rows in (frame, shuffled)
    )
    pd.testing.assert_frame_equal(first, second)


@LAWS
@given(spells=SPELLS)
def test_a_prepared_bucket_gives_what_is_reckoned(spells, as_lives, half_year):
    lives = as_lives(frame_of(spells, half_year), half_year)
    prepared = lives.mutate(bucket=bucket_of(lives.account_id))
    tables = [
        risk_table(rows, by=["plan"], window=half_year, quarter=True, bucket=True) for rows in (lives, prepared)
    ]
    pd.testing.assert_frame_equal(*tables)


@LAWS
@given(spells=SPELLS)
def test_a_quarter_of_a_coarse_clock_counts_who_was_there_in_it(spells, as_lives, half_year):
    frame = frame_of(spells, half_year)
    table = risk_table(as_lives(frame, half_year), window=half_year, period="week", quarter=True)
    found = {(row.quarter, row.tenure): (row.at_risk, row.lost) for row in table.itertuples()}
    days = risk_table(as_lives(frame, half_year), window=half_year, quarter=True)
    expected = days.assign(tenure=-(-days["tenure"] // 7)).groupby(["quarter", "tenure"])
    assert found.keys() == set(expected.groups)
    assert {key: lost for key, (_, lost) in found.items()} == expected["lost"].sum().to_dict()
    assert all(found[key][0] >= most for key, most in expected["at_risk"].max().items())


@LAWS
@given(spells=SPELLS)
def test_finer_keys_sum_to_the_coarse_table(spells, as_lives, half_year):
    lives = as_lives(frame_of(spells, half_year), half_year)
    coarse = risk_table(lives, window=half_year)
    for arguments in ({"quarter": True}, {"bucket": True}, {"by": ["plan"]}, {"by": ["plan", "region"]}):
        fine = risk_table(lives, window=half_year, **arguments)
        summed = fine.groupby("tenure", as_index=False)[["at_risk", "lost"]].sum()
        pd.testing.assert_frame_equal(summed, coarse, check_dtype=False)


@LAWS
@given(spells=SPELLS)
def test_causes_sum_to_the_loss_and_leave_transfers_out(spells, as_lives, half_year):
    lives = as_lives(frame_of(spells, half_year), half_year)
    one, causes = (risk_table(lives, window=half_year, causes=causes) for causes in ("one", "cause"))
    assert "lost_transfer" not in causes
    assert (causes.filter(like="lost_").sum(axis=1) == one["lost"]).all()


def test_a_quarter_holds_the_days_and_the_exits_that_lie_in_it(lives, half_year):
    second = day_number(Quarter.parse("2026Q2").start) - half_year.open_day
    table = risk_table(lives([(10, second - 1), (10, second)]), window=half_year, quarter=True)
    lost = table[table["lost"] > 0].set_index("quarter")
    assert lost["tenure"].to_dict() == {"2026Q1": second - 11, "2026Q2": second - 10}
    assert table.loc[table["quarter"] == "2026Q1", "at_risk"].sum() == 2 * (second - 11)


def test_at_risk_means_entry_before_t_and_t_not_after_the_exit(lives, half_year):
    table = risk_table(lives([(-5, 3), (0, 3)]), window=half_year)
    assert table.to_dict("list") == {
        "tenure": [1, 2, 3, 6, 7, 8],
        "at_risk": [1, 1, 1, 1, 1, 1],
        "lost": [0, 0, 1, 0, 0, 1],
    }


def test_an_exit_on_or_after_the_close_has_not_happened(lives, half_year):
    days = half_year.close_day - half_year.open_day
    assert risk_table(lives([(0, days - 1)]), window=half_year)["lost"].sum() == 1
    assert risk_table(lives([(0, days)]), window=half_year)["lost"].sum() == 0
    assert risk_table(lives([(0, days + 9)]), window=half_year)["tenure"].max() == days - 1


@pytest.mark.parametrize(("period", "days"), [("week", 7.0), ("month", DAYS_PER_MONTH)])
def test_a_coarse_period_holds_everybody_at_risk_in_it(period, days, as_lives, half_year):
    rng = np.random.default_rng(5)
    spells = [
        (int(s), int(e), "voluntary", "a")
        for s, e in zip(rng.integers(-50, 170, 60), rng.integers(51, 90, 60), strict=True)
    ]
    frame = frame_of(spells, half_year)
    table = risk_table(as_lives(frame, half_year), window=half_year, period=period)
    entry = (half_year.open_day - frame["start_day"]).clip(lower=0)
    tenure = frame["exit_day"].astype(float).fillna(half_year.close_day - 1) - frame["start_day"]
    for row in table.to_dict("records"):
        inside = (entry < row["tenure"] * days) & (tenure > (row["tenure"] - 1) * days)
        assert row["at_risk"] == inside.sum()
    assert table["lost"].sum() == frame["exit_day"].notna().sum()


def test_late_entry_is_a_trap_and_is_avoided(as_lives):
    """A yearly hazard of 1.2 keeps 30%; taking the time before the window for time at risk says about 66%."""
    rng = np.random.default_rng(7)
    window = Window(open=pd.Timestamp("2025-01-01").date(), close=pd.Timestamp("2026-01-01").date())
    start = window.open_day + rng.integers(-1500, 365, 60_000)
    end = start + rng.geometric(1 - np.exp(-1.2 / 365), len(start))
    frame = pd.DataFrame({"start_day": start, "exit_day": np.where(end < window.close_day, end, np.nan)})
    kept = (end > window.open_day) & ((start < window.open_day) | (rng.random(len(start)) < 0.1))
    frame = frame[kept].reset_index(drop=True)
    table = risk_table(as_lives(frame, window), window=window)
    staying = kaplan_meier(table["tenure"], table["at_risk"], table["lost"]).at(365)
    assert staying == pytest.approx(np.exp(-1.2), abs=0.012)
    tenure = frame["exit_day"].fillna(window.close_day) - frame["start_day"]
    naive = (
        [(tenure >= t).sum() for t in range(1, 366)],
        [((tenure == t) & frame["exit_day"].notna()).sum() for t in range(1, 366)],
    )
    assert kaplan_meier(range(1, 366), *naive).at(365) == pytest.approx(0.66, abs=0.04)


def test_nobody_at_risk_gives_an_empty_table_with_its_columns(lives, half_year):
    table = risk_table(lives([(0, 5)]).filter(False), by=["plan"], window=half_year)
    assert list(table) == ["tenure", "plan", "at_risk", "lost"]
    assert table.empty


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"period": "year"}, "period must be one of day, week, month, quarter, term; got 'year'"),
        ({"causes": "all"}, "causes must be one of one, cause, reason; got 'all'"),
    ],
)
def test_unknown_arguments_are_refused(lives, half_year, arguments, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        risk_table(lives([(0, 5)]), window=half_year, **arguments)


def test_an_unknown_column_is_refused_and_the_known_ones_are_named(lives, half_year):
    table = lives([(0, 5)])
    known = ", ".join(table.columns)
    with pytest.raises(ValueError, match=rf"^by names columns of lives \({known}\); got colour$"):
        risk_table(table, by=["plan", "colour"], window=half_year)
