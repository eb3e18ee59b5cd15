"""Unhappy customers asked again: how far they rose, called back in time or not; sums that add."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from cxlab.evidence.bucket import bucket_in
from cxlab.evidence.scores import by_quarter, declared_answers

WITHIN = 2
"""The next answer counts if it is at most as many quarters later."""


def recovery_sums(responses: ir.Table, cases: ir.Table, *, days: int = 10) -> pd.DataFrame:
    """Next scores of detractors for whom a case was opened.

    Who answered again before the time for the call was over is left out, called or not: only those still open to
    both are compared.

    Parameters
    ----------
    responses : ibis table
        One row per invitation, as prepared for a study.
    cases : ibis table
        The contract table ``loop_cases``.
    days : int
        A first contact as many days after the opening, or sooner, is in time.

    Returns
    -------
    DataFrame
        ``quarter`` (of the next answer), ``first`` (score, 0 to 6), ``called`` (in time or not), ``bucket``,
        ``answers`` and ``rise`` (sum of next score less first). Sums of disjoint accounts add.
    """
    answers = declared_answers(responses, kind="relationship", measure="grp")
    answers = answers.filter(answers.customer_id != "")
    order = ["quarter_number", "answered_day", "response_id"]
    then = ibis.window(group_by="customer_id", order_by=order)
    answers = answers.mutate(
        again=answers.nps.lead().over(then),
        again_day=answers.answered_day.lead().over(then),
        again_quarter=answers.quarter_number.lead().over(then),
    )
    bad = answers.filter(answers.grp == "detractor").inner_join(_opened(cases, days=days), "response_id")
    gap = bad.again_quarter - bad.quarter_number
    bad = bad.filter((gap >= 1) & (gap <= WITHIN) & (bad.again_day > bad.opened_day + days))
    found = bad.select(
        quarter_number=bad.again_quarter, first=bad.nps.cast("int64"), called=bad.called,
        bucket=bucket_in(bad, bad.account), rise=bad.again.cast("int64") - bad.nps.cast("int64"),
    )  # fmt: skip
    keys = ["quarter_number", "first", "called", "bucket"]
    sums = found.group_by(keys).agg(answers=found.count(), rise=found.rise.sum())
    return by_quarter(sums, keys=keys, counts=["answers", "rise"])


def _opened(cases: ir.Table, *, days: int) -> ir.Table:
    """Each answer's case: the day it was opened, and whether somebody called in time."""
    opened = cases.opened_at.cast("date")
    cases = cases.filter(cases.response_id.notnull()).mutate(
        opened_day=opened.delta(ibis.date(1970, 1, 1), unit="day").cast("int32"),
        waited=cases.first_contact_at.cast("date").delta(opened, unit="day"),
    )
    firsts = cases.group_by("response_id").agg(opened_day=cases.opened_day.min(), waited=cases.waited.min())
    return firsts.select("response_id", "opened_day", called=(firsts.waited <= days).fill_null(False))
