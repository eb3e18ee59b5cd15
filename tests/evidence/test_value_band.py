"""Bands of value: equal to a sort by hand, accounts held together."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from cxlab.evidence import stock_table
from cxlab.evidence.value_band import SHARES, account_sums, value_edges, with_value_band


def test_edges_and_bands_are_those_of_a_sort(as_lives, half_year):
    rng = np.random.default_rng(4)
    n = 400
    account = np.where(rng.random(n) < 0.3, "f" + pd.Series(rng.integers(0, 20, n)).astype(str), "")
    names = [f"c{place}" for place in range(n)]
    frame = pd.DataFrame(
        {
            "start_day": half_year.close_day - rng.integers(1, 900, n),
            "exit_day": np.where(rng.random(n) < 0.2, half_year.close_day - 1.0, np.nan),
            "customer_id": names, "account_id": np.where(account == "", names, account),
            "revenue_amount": rng.integers(0, 500, n), "margin_amount": rng.integers(0, 300, n),
        }
    )  # fmt: skip
    lives = as_lives(frame, half_year)
    active = frame[frame["exit_day"].isna()]
    value = active.groupby("account_id")["margin_amount"].transform("sum")
    edges = value_edges(lives, window=half_year, amount="margin")
    np.testing.assert_allclose(edges, np.quantile(value, SHARES), rtol=1e-12)
    banded = with_value_band(lives, window=half_year, amount="margin", edges=edges)
    found = (
        stock_table(banded, by=["value_band"], window=half_year)
        .groupby("value_band")[["customers", "margin"]]
        .sum()
    )
    kinds = banded.group_by("account_kind").agg(n=banded.count()).to_pandas().set_index("account_kind")["n"]
    several = active.groupby("account_id")["customer_id"].transform("size") > 1
    assert kinds.to_dict() == {"shared": several.sum(), "alone": (~several).sum()}
    band = sum((value >= edge).astype(int) for edge in edges)
    wanted = active.groupby(band)["margin_amount"].agg(["count", "sum"])
    assert found.to_numpy().tolist() == wanted.to_numpy().tolist()
    asked, by = {"window": half_year, "amount": "margin"}, ["account_kind", "value_band"]
    sums = account_sums(lives, **asked)
    assert value_edges(lives, accounts=sums, **asked) == edges
    banding = partial(with_value_band, edges=edges, accounts=sums, **asked)
    told = stock_table(lives, by=by, window=half_year, told=banding)
    pd.testing.assert_frame_equal(told, stock_table(banded, by=by, window=half_year))


def test_nobody_active_has_no_edges(lives, half_year):
    assert value_edges(lives([(0, 5)]), window=half_year, amount="revenue") == ()
