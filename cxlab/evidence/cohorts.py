"""Who joined when, and what of each joining quarter is still there later: customers and revenue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from cxlab.evidence.at_risk import NEVER
from cxlab.evidence.keys import Ints, packed_rows, stretches, unpacked
from cxlab.evidence.tally import tallied
from cxlab.quarter import Quarter, day_number

BEFORE = ""
"""Joining quarter of those who were there before the first quarter."""


def cohort_customers(lives: ir.Table, *, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Count the customers of each joining quarter who are active at each close; the spells are read once.

    A spell belongs to the quarter it began in, a return to the quarter it came back in, so that each close is the
    sum of its cohorts. Counts of disjoint customers add.

    Parameters
    ----------
    lives : ibis table
        One row per spell, as prepared for a study.
    quarters : sequence of Quarter
        One after the other, oldest first, inside the window.

    Returns
    -------
    DataFrame
        ``joined`` (text such as 2024Q1; '' = before the first quarter), ``quarter`` (not before ``joined``),
        ``began`` (spells begun in the joining quarter; those seen at the first quarter's start, before it),
        ``customers`` (of them active at the close of ``quarter``). Sorted, every pair with anybody in ``began``.

    Raises
    ------
    ValueError
        If no quarter is asked for.
    """
    edges, words = _edges(quarters)
    columns = {"start": lives.start_day, "exit": ibis.coalesce(lives.exit_day, NEVER)}
    stretch, size = stretches(edges), len(edges) + 1

    def made(rows: Mapping[str, Ints]) -> dict[str, Ints]:
        return {"number": packed_rows([stretch(rows["start"]), stretch(rows["exit"])], (size, size))}

    counted = tallied(columns, made, lives)["number"]
    begun, gone = unpacked(counted.numbers, (-1, size))
    seen = (gone > 0) & (begun < len(edges)) & (gone >= begun)  # gone before the first quarter: never seen
    counts = np.zeros((size, size), dtype=np.int64)
    np.add.at(counts, (begun[seen], gone[seen]), counted.counts[seen])
    began, rows = counts.sum(axis=1), []
    for cohort in range(len(quarters) + 1):
        for place in range(max(cohort - 1, 0), len(quarters)):
            if began[cohort]:
                stay = int(counts[cohort, place + 2 :].sum())
                rows.append((words[cohort], words[place + 1], int(began[cohort]), stay))
    return pd.DataFrame(rows, columns=["joined", "quarter", "began", "customers"])


def cohort_revenue(panel: ir.Table, *, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Sum what the customers of each joining quarter brought in each quarter.

    Sums of disjoint customers add.

    Parameters
    ----------
    panel : ibis table
        One row per customer and quarter, as prepared for a study.
    quarters : sequence of Quarter
        As for `cohort_customers`.

    Returns
    -------
    DataFrame
        ``joined``, ``quarter``, ``revenue`` (minor units, exact). Sorted.
    """
    edges, words = _edges(quarters)
    numbers = [quarter.ordinal for quarter in quarters]
    rows = panel.filter(panel.quarter_number.between(numbers[0], numbers[-1]))
    # summed by tenure first: when somebody joined is reckoned once a day, not once a row
    revenue = rows.revenue_amount.sum().cast("decimal(38, 0)").cast("int64")  # the engine's own sum is wider
    sums = rows.group_by(["quarter_number", "tenure_days"]).agg(revenue=revenue).to_pandas()
    place = sums["quarter_number"].to_numpy(dtype=np.int64) - numbers[0]
    joined = np.array(edges)[place] - sums["tenure_days"].to_numpy(dtype=np.int64)
    sums = sums.assign(place=place, cohort=np.searchsorted(edges, joined, side="right"))
    whole = sums.groupby(["cohort", "place"], as_index=False)["revenue"].sum()
    return pd.DataFrame(
        {
            "joined": [words[cohort] for cohort in whole["cohort"]],
            "quarter": [words[at + 1] for at in whole["place"]],
            "revenue": whole["revenue"].astype("int64"),
        }
    )


def _edges(quarters: Sequence[Quarter]) -> tuple[list[int], list[str]]:
    """First days of the quarters and the last one's end; names of what begins between them."""
    if not quarters:
        raise ValueError("cohorts need at least one quarter; got none")
    days = [day_number(quarter.start) for quarter in quarters]
    return [*days, day_number(quarters[-1].end)], [BEFORE, *map(str, quarters)]
