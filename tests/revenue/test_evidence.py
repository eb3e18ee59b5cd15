"""What the blocks add up to: equal to a textbook regression on rows, whatever the blocks and the order."""

from __future__ import annotations

from dataclasses import fields

import ibis
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab.evidence import panel_blocks, panel_rows
from cxlab.evidence.panel import panel_sums
from cxlab.evidence.panel_blocks import revenue_edges
from cxlab.maths.panel import PanelSums, panel_fit
from cxlab.quarter import Quarter

QUARTERS = Quarter.span("2024Q1..2025Q4")
GROUPS = ("promoter", "detractor")


def with_neighbours(rows):
    """The rows in order, with each customer's answer a quarter earlier and later ('' = none)."""
    rows = rows.sort_values(["customer_id", "quarter_number"], ignore_index=True)
    for name, step in (("lag", 1), ("lead", -1)):
        near = rows.groupby("customer_id")[["grp", "quarter_number"]].shift(step)
        beside = near["quarter_number"] == rows["quarter_number"] - step
        rows[name] = near["grp"].where(beside, "").fillna("")
    return rows


def by_dummies(rows, columns, *, outcome, within=True):
    """Coefficients and errors of statsmodels: a dummy for every customer and quarter, clustered by account.

    statsmodels counts the customer dummies in p; the correction here does not, as the columns are absorbed.
    """
    if within:
        rows = rows[rows.groupby("customer_id")["customer_id"].transform("size") > 1]
    scores = [(rows[name] == group).to_numpy(float) for name in columns for group in GROUPS]
    quarters = pd.get_dummies(rows["quarter_number"]).to_numpy(float)[:, 1:]
    effects = pd.get_dummies(rows["customer_id"]).to_numpy(float) if within else np.ones((len(rows), 1))
    design = np.column_stack([*scores, quarters, effects])
    account = pd.factorize(rows["account_id"])[0]
    model = sm.OLS(rows[outcome].to_numpy(float), design)
    fit = model.fit(cov_type="cluster", cov_kwds={"groups": account, "use_correction": False})
    n, groups, p = len(rows), account.max() + 1, len(scores) + quarters.shape[1] + (not within)
    factor = groups / (groups - 1) * (n - 1) / (n - p)
    k = len(scores)
    plain = fit.normalized_cov_params[:k, :k] * fit.scale
    return fit.params[:k], fit.cov_params()[:k, :k] * factor, plain, n


MODELS = {
    "price": (("lag",), lambda r: r["lag"] != ""),
    "same_quarter": (("lag", "grp"), lambda r: (r["lag"] != "") & (r["grp"] != "")),
    "veto": (("lag", "grp", "lead"), lambda r: (r["lag"] != "") & (r["grp"] != "") & (r["lead"] != "")),
}


@pytest.mark.parametrize("name", MODELS)
def test_within_estimates_equal_a_regression_with_a_dummy_for_every_customer(rows, evidence, name):
    columns, used = MODELS[name]
    ordered = with_neighbours(rows)
    b, covariance, plain, n = by_dummies(ordered[used(ordered)], columns, outcome="revenue_amount")
    sums = getattr(evidence, name)
    fit = panel_fit(sums)
    assert sums.rows == n
    assert fit.coefficients[:, 0] == pytest.approx(b, rel=1e-8)
    assert fit.covariance[0, :, 0, :] == pytest.approx(covariance, rel=1e-8)
    assert fit.plain[0] == pytest.approx(plain, rel=1e-8)


def test_the_pooled_estimate_equals_one_without_customers(rows, evidence):
    ordered = with_neighbours(rows)
    used = ordered[ordered["lag"] != ""]
    used = used[used.groupby("customer_id")["customer_id"].transform("size") > 1]
    b, covariance, _, n = by_dummies(used, ("lag",), outcome="revenue_amount", within=False)
    fit = panel_fit(evidence.pooled)
    assert (evidence.pooled.rows, evidence.pooled.customers) == (n, 0)
    assert fit.coefficients[:, 0] == pytest.approx(b, rel=1e-8)
    assert fit.covariance[0, :, 0, :] == pytest.approx(covariance, rel=1e-8)


def test_outcomes_share_one_covariance(rows, evidence):
    """The covariance between revenue and staying is that of stacked equations: (V(a + b) - V(a) - V(b)) / 2."""
    ordered = with_neighbours(rows)
    ordered["there"] = ordered["active_days"] / ordered["quarter_number"].map(
        {q.ordinal: q.days for q in QUARTERS}
    )
    ordered["staying"] = ordered["there"] * ordered["customer_id"].map(revenue_before(ordered))
    ordered["both"] = ordered["revenue_amount"] + ordered["staying"]
    used = ordered[ordered["lag"] != ""]
    one, two, three = (by_dummies(used, ("lag",), outcome=name) for name in ("revenue_amount", "staying", "both"))
    fit = panel_fit(evidence.price)
    assert fit.coefficients[:, 1] == pytest.approx(two[0], rel=1e-8, abs=1e-6)
    assert fit.covariance[1, :, 1, :] == pytest.approx(two[1], rel=1e-8, abs=1e-6)
    across = fit.covariance[0, :, 1, :] + fit.covariance[0, :, 1, :].T
    assert across == pytest.approx(three[1] - one[1] - two[1], rel=1e-6, abs=1e-3)


def revenue_before(ordered):
    """Revenue a full quarter until the first score used, customer by customer."""
    found = {}
    for customer, own in ordered.groupby("customer_id"):
        first = own.index[own["lag"] != ""]
        early = own.loc[: first[0] - 1] if len(first) else own.iloc[:0]
        found[customer] = early["revenue_amount"].sum() / early["there"].sum() if len(early) else 0.0
    return found


def test_counts_are_those_of_the_rows(rows, evidence):
    ordered = with_neighbours(rows)
    for place, group in enumerate(panel_rows.GROUPS):
        counted = ordered[ordered["grp"] == group].groupby("quarter_number").size()
        assert evidence.answers[:, place].tolist() == [counted.get(q.ordinal, 0) for q in QUARTERS]
    last = ordered[ordered["quarter_number"] == QUARTERS[-1].ordinal]
    assert evidence.pairs[3, 1] == ((last["lag"] == "detractor") & (last["grp"] == "passive")).sum()
    assert (evidence.active, evidence.rows) == (len(last), len(ordered))
    assert evidence.revenue == ordered["revenue_amount"].sum()
    assert evidence.revenue_last == last["revenue_amount"].sum()
    used = ordered[ordered["lag"] != ""]
    moves = used.groupby("customer_id")["lag"].agg(lambda lags: lags.nunique() > 1)
    moved = moves.index[moves]
    assert evidence.moved == len(moved)
    assert evidence.revenue_moved == ordered[ordered["customer_id"].isin(moved)]["revenue_amount"].sum()


def flat(evidence):
    """Every number of the evidence, in one list."""
    sums = [evidence.price, evidence.same_quarter, evidence.veto, evidence.pooled, *evidence.bands.values()]
    numbers = [
        np.ravel(getattr(one, field.name)).astype(float)
        for one in sums
        for field in fields(PanelSums)
        if field.name not in ("scores", "periods", "outcomes")
    ]
    counts = (evidence.answers, evidence.pairs, evidence.moved, evidence.active, evidence.rows, evidence.revenue,
              evidence.revenue_moved, evidence.revenue_last)  # fmt: skip
    return np.concatenate([*numbers, *(np.ravel(count).astype(float) for count in counts)])


def alike(one, other):
    """Equal but for rounding of sums, which grows with the largest of them."""
    one, other = flat(one), flat(other)
    scale = 1e-9 * np.maximum(np.abs(one), 1) + 1e-12 * np.abs(one).max()
    return bool((np.abs(one - other) <= scale).all())


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), cut=st.floats(0.1, 0.9), cells=st.sampled_from([1, 7, 64, 65_536]))
def test_disjoint_accounts_add_in_any_order_and_in_blocks_of_any_size(draw_panel, thin, add_up, seed, cut, cells):
    rows = thin(draw_panel(customers=60, asked=0.6, family=2, seed=seed), seed=seed)
    whole = add_up(rows)
    accounts = np.random.default_rng(seed).permutation(rows["account_id"].unique())
    first = set(accounts[: int(cut * len(accounts))])
    parts = [rows[rows["account_id"].isin(first) == inside] for inside in (True, False)]
    assert alike(whole, add_up(parts[0]) + add_up(parts[1]))
    with pytest.MonkeyPatch.context() as small:
        small.setattr(panel_blocks, "CELLS", cells)
        assert alike(whole, add_up(rows))


def same(one, other):
    """Equal to the last digit."""
    return np.array_equal(flat(one), flat(other))


def mixed(rows):
    """Customers of their own, one whose id is the account of another, one who shares an account for a while."""
    ids = rows["customer_id"].unique()
    own = rows.assign(account_id=rows["customer_id"])
    own.loc[own["customer_id"] == ids[3], "account_id"] = ids[2]
    own.loc[(own["customer_id"] == ids[5]) & (own["quarter_number"] > QUARTERS[4].ordinal), "account_id"] = ids[9]
    return own


@pytest.mark.parametrize("lie", ["shuffled", "backwards", "by quarter", "one customer apart"])
def test_however_rows_lie_sums_are_the_same_to_the_last_digit(draw_panel, thin, lie):
    rows = mixed(thin(draw_panel(customers=120, asked=0.4, family=2, seed=3), seed=3))
    ways = {
        "shuffled": rows.sample(frac=1, random_state=5), "backwards": rows[::-1],
        "by quarter": rows.sort_values("quarter_number", kind="stable"),
        "one customer apart": pd.concat([rows.iloc[1:], rows.iloc[:1]]),
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as small:
        small.setattr(panel_blocks, "CELLS", 200)
        sums = [panel_sums(ibis.memtable(each), quarters=QUARTERS) for each in (rows, ways[lie])]
    assert same(*sums)


@pytest.mark.parametrize("few", [0.0, 1.1])
def test_whoever_picks_those_who_gave_a_score_sums_are_the_same(draw_panel, few, monkeypatch):
    rows = mixed(draw_panel(customers=200, asked=0.05, seed=8))
    whole = panel_sums(ibis.memtable(rows), quarters=QUARTERS)
    monkeypatch.setattr(panel_rows, "FEW", few)
    assert same(panel_sums(ibis.memtable(rows), quarters=QUARTERS), whole)


def test_a_panel_read_in_parts_gives_what_it_gives_at_once(rows, monkeypatch):
    panel = ibis.memtable(rows)
    whole = panel_sums(panel, quarters=QUARTERS)
    monkeypatch.setattr(panel_rows, "HELD", len(rows) // 5)
    in_parts = panel_sums(panel, quarters=QUARTERS)
    assert alike(in_parts, whole)
    assert [in_parts.bands[band].rows for band in whole.bands] == [sums.rows for sums in whole.bands.values()]


def test_edges_are_those_of_the_rows_held(rows):
    mixed_rows = ibis.memtable(mixed(rows))
    everybody = panel_rows.everybody_of(mixed_rows, quarters=QUARTERS)
    held = panel_rows.rows_of(mixed_rows, everybody=everybody, quarters=QUARTERS)
    assert panel_blocks.edges_of(held) == revenue_edges(mixed_rows)


def test_who_never_gave_a_score_is_counted_and_enters_no_regression(rows, evidence, draw_panel, add_up):
    silent = draw_panel(customers=40, asked=0.0, seed=9)
    silent = silent.assign(customer_id="s" + silent["customer_id"], account_id="s" + silent["account_id"])
    both = add_up(pd.concat([rows, silent], ignore_index=True))
    last = silent["quarter_number"] == QUARTERS[-1].ordinal
    assert both.rows - evidence.rows == len(silent)
    assert both.active - evidence.active == both.pairs[0, 0] - evidence.pairs[0, 0] == last.sum()
    assert both.revenue - evidence.revenue == silent["revenue_amount"].sum()
    assert both.revenue_last - evidence.revenue_last == silent.loc[last, "revenue_amount"].sum()
    assert (both.answers - evidence.answers).tolist() == [[40, 0, 0, 0]] * len(QUARTERS)
    assert both.price.rows == evidence.price.rows
    assert both.price.aa == pytest.approx(evidence.price.aa, rel=1e-12)


def test_an_empty_panel_adds_nothing(rows, evidence, add_up):
    nothing = add_up(rows.iloc[:0])
    assert (nothing.rows, nothing.price.rows, nothing.active) == (0, 0, 0)
    assert alike(evidence, evidence + nothing)


def test_without_account_ids_every_customer_stands_alone(rows, add_up):
    alone = add_up(rows.assign(account_id=""))
    assert alone.price.clusters == alone.price.customers


def test_edges_part_customers_who_answered_into_thirds(rows):
    low, high = revenue_edges(ibis.memtable(rows))
    means = rows[rows["grp"] != ""].groupby("customer_id")["revenue_amount"].mean()
    assert (means < low).mean() == pytest.approx(1 / 3, abs=0.01)
    assert (means < high).mean() == pytest.approx(2 / 3, abs=0.01)


def test_bands_are_parts_of_the_headline(evidence):
    assert sum(band.customers for band in evidence.bands.values()) == evidence.price.customers
    assert all(band.customers > 0 for band in evidence.bands.values())
    assert sum(band.a for band in evidence.bands.values()) == pytest.approx(evidence.price.a)


def test_a_quarter_outside_the_window_is_refused(rows):
    with pytest.raises(ValueError, match=r"^the panel holds quarter numbers \[8103\] outside 2024Q1 \(8096\) to "
                       r"2025Q3 \(8102\): give every quarter of the window$"):  # fmt: skip
        panel_sums(ibis.memtable(rows), quarters=QUARTERS[:-1], edges=(0.0, 1.0))


def test_a_panel_without_what_is_read_is_refused(rows):
    message = (
        r"^a panel has the columns customer_id, account_id, quarter_number, revenue_amount, active_days, "
        r"active_end, grp; account_id, grp not among customer_id, quarter_number, revenue_amount, active_days, "
        r"active_end$"
    )
    with pytest.raises(ValueError, match=message):
        panel_sums(ibis.memtable(rows.drop(columns=["account_id", "grp"])), quarters=QUARTERS)


def test_a_quarter_left_out_is_refused(rows):
    with pytest.raises(ValueError, match=r"^panel_sums needs quarters one after another; got 2024Q1, 2024Q3$"):
        panel_sums(ibis.memtable(rows), quarters=[QUARTERS[0], QUARTERS[2]])


def test_no_quarter_is_refused(rows):
    with pytest.raises(ValueError, match=r"^panel_sums needs at least one quarter; got none$"):
        panel_sums(ibis.memtable(rows), quarters=[])


def test_evidence_of_other_quarters_does_not_add(rows, evidence):
    rest = rows[rows["quarter_number"] < QUARTERS[-1].ordinal]
    other = panel_sums(ibis.memtable(rest), quarters=QUARTERS[:-1], edges=(0.0, 1.0))
    with pytest.raises(ValueError, match=r"^only evidence of the same quarters adds; got 2024Q1 to 2025Q4 and "
                       r"2024Q1 to 2025Q3$"):  # fmt: skip
        evidence + other
