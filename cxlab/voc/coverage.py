"""How many comments there are, and how many of them people have read."""

from __future__ import annotations

import pandas as pd

from cxlab.claim import empty_table, estimates, finding
from cxlab.evidence.readings import Readings
from cxlab.finding import Check, Estimate, Finding, Message, Value, definition
from cxlab.quarter import Quarter
from cxlab.voc.shares import cell

STEPS = ("texts", "speaks", "read", "read_twice", "adjudicated")


def coverage(texts: pd.DataFrame, *, quarter: Quarter, read: Readings | None = None) -> Finding:
    """Comments of the quarter, those of five words or more, those people read once, twice, and settled together.

    Parameters
    ----------
    texts : DataFrame
        ``text_table(texts, readings, quarters=[quarter])``.
    quarter : Quarter
        The quarter to answer for.
    read : Readings, optional
        Says how many acts of coding give no share.

    Returns
    -------
    Finding
        ``voc.coverage``: a flow: table: ``step``, ``total`` (each counts all that is
        left), counts. Headline: comments of the quarter.
    """
    row = cell(texts, quarter=quarter)
    rule = definition("texts of the quarter and readings of its random sample")
    values: dict[str, Value] = {"quarter": quarter, **{name: int(row[name]) for name in STEPS}}
    if not row["texts"]:
        message = Message("voc.coverage.none", {"quarter": quarter})
        return finding(
            "voc.coverage", about=quarter, rule=rule, headline=None, message=message, table=empty_table("step"),
            shape="flow", method=Message("voc.method.coverage"),
        )  # fmt: skip
    counts = [int(row[name]) for name in STEPS]
    table = pd.DataFrame({"step": list(STEPS), "total": True, **estimates(counts, counts, counts, counts)})
    case = "twice" if row["read_twice"] else "once" if row["read"] else "unread"
    case = "all" if case == "once" and row["read"] == row["texts"] else case
    headline = Estimate(value=row["texts"], low=row["texts"], high=row["texts"], unit="count", n=int(row["texts"]))
    return finding(
        "voc.coverage", about=quarter, rule=rule, headline=headline, table=table, shape="flow",
        message=Message(f"voc.coverage.{case}", values), method=Message("voc.method.coverage"),
        checks=_barred(read),
    )  # fmt: skip


def _barred(read: Readings | None) -> tuple[Check, ...]:
    if read is None or not read.barred:
        return ()
    return (Check(name="barred", passed=None, message=Message("voc.check.barred", {"n": read.barred})),)
