"""experience_table: answers known at a close beside who left after it, against the rows; what adds, bad input."""

from __future__ import annotations

import re

import ibis
import numpy as np
import pandas as pd
import pytest

from cxlab.evidence.experience import experience_table
from cxlab.quarter import Quarter

NOW = Quarter.parse("2026Q3")
COLUMNS = ["customer_id", "quarter_number", "grp", "left", "tenure_days", "plan"]


def panel_of(rows):
    frame = pd.DataFrame(rows, columns=COLUMNS).astype(
        {"left": bool, "quarter_number": "int32", "tenure_days": "int32"}
    )
    answers = frame.set_index(["customer_id", "quarter_number"])["grp"].to_dict()
    before = [
        answers.get((who, number - 1), "")
        for who, number in zip(frame["customer_id"], frame["quarter_number"], strict=True)
    ]
    return ibis.memtable(frame.assign(account_id=frame["customer_id"], grp_before=before))


def test_an_answer_counts_from_the_close_after_it():
    last, now = NOW.ordinal - 1, NOW.ordinal
    table = experience_table(
        panel_of(
            [
                ("a", last, "detractor", False, 10, "x"), ("a", now, "", True, 102, "x"),
                ("b", last, "", False, 10, "x"), ("b", now, "promoter", False, 102, "x"),  # after the close
                ("c", last, "silent", True, 400, "x"), ("c", now, "", False, 0, "x"),  # gone, and back again
                ("d", now, "passive", True, 0, "x"),  # joined after the close
            ]
        ),
        quarters=[NOW],
    )  # fmt: skip
    assert table.to_dict("records") == [
        {"quarter": now, "grp": "", "tenure_band": 2, "customers": 1, "lost": 0},
        {"quarter": now, "grp": "detractor", "tenure_band": 2, "customers": 1, "lost": 1},
    ]


def drawn(customers=400, seed=8):
    rng = np.random.default_rng(seed)
    rows = []
    for who in range(customers):
        tenure = int(rng.integers(0, 900))
        for number in range(NOW.ordinal - 3, NOW.ordinal + 1):
            left = bool(rng.random() < 0.15)
            group = str(rng.choice(["", "silent", "promoter", "passive", "detractor"]))
            rows.append((f"c{who}", number, group, left, tenure, str(rng.choice(["x", "y"]))))
            tenure += 91
            if left:
                break
    return rows


def test_counts_are_the_rows_and_buckets_add_up():
    rows, quarters = drawn(), [NOW - 1, NOW]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    before = frame.assign(quarter_number=frame["quarter_number"] + 1)[["customer_id", "quarter_number", "grp"]]
    wanted = frame[frame["quarter_number"].isin([q.ordinal for q in quarters]) & (frame["tenure_days"] > 0)]
    both = wanted.merge(before, how="left", on=["customer_id", "quarter_number"], suffixes=("", "_then"))
    expected = both.assign(grp=both["grp_then"].fillna(""), customers=1).groupby(["quarter_number", "grp", "plan"])
    expected = expected.agg(customers=("customers", "sum"), lost=("left", "sum"))
    found = experience_table(panel_of(rows), quarters=quarters, by=["plan"], bucket=True)
    assert found["bucket"].nunique() == 40
    added = found.groupby(["quarter", "grp", "plan"])[["customers", "lost"]].sum()
    pd.testing.assert_frame_equal(
        added, expected.rename_axis(added.index.names), check_dtype=False, check_index_type=False
    )
    whole = experience_table(panel_of(rows), quarters=quarters, by=["plan"])
    keys = ["quarter", "grp", "tenure_band", "plan"]
    pd.testing.assert_frame_equal(found.groupby(keys, as_index=False)[["customers", "lost"]].sum(), whole)


def test_what_is_not_asked_well_is_refused():
    panel = panel_of(drawn(customers=5))
    with pytest.raises(ValueError, match=r"^experience_table needs at least one quarter; got none$"):
        experience_table(panel, quarters=[])
    said = (
        "a panel has the columns account_id, quarter_number, grp_before, left, tenure_days, colour; "
        f"colour not among {', '.join(panel.columns)}"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        experience_table(panel, quarters=[NOW], by=["colour"])
