"""Customers at risk and customers lost, by tenure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from cxlab.evidence.at_risk import SEEN_FROM, Lines, Loss, laid_out, time_at_risk
from cxlab.evidence.keys import Ints, Keys, unpacked, word_of
from cxlab.evidence.room import refuse_too_many
from cxlab.quarter import DAYS_PER_MONTH, Period, Quarter, Window

Causes = Literal["one", "cause", "reason"]

KNOWN_AFTERWARDS = (
    "exit_day", "tenure_days", "cause", "reason", "provisional", "idle_days", "revenue_amount", "margin_amount",
)  # fmt: skip
"""Columns of lives that hang on whether a customer left: amounts are 0 for those who did."""

_UNKNOWN = "unknown"
"""Code of a loss nobody explains."""

TERM = "term"
"""Clock of contract terms: each spell has its own."""

DAYS_PER_PERIOD = {"day": 1.0, "week": 7.0, "month": DAYS_PER_MONTH, "quarter": 3 * DAYS_PER_MONTH}


def risk_table(
    lives: ir.Table,
    *,
    by: Sequence[str] = (),
    window: Window,
    period: Period = "day",
    causes: Causes = "one",
    quarter: bool = False,
    first_month: int = 1,
    bucket: bool = False,
) -> pd.DataFrame:
    """Customers at risk and lost, one row per tenure period and covariate pattern.

    At risk at t means entry < t <= exit with entry = max(0, window open - start), so customers who joined before
    the window opened enter late; the active are at risk up to the last day on which an exit could be seen, the day
    before the close. A transfer ends the time at risk and is never a loss.
    Tables of disjoint customers add: risk_table(A) + risk_table(B) == risk_table(A | B).

    Parameters
    ----------
    lives : ibis table
        One row per spell, as prepared for a study.
    by : sequence of str
        Columns of ``lives`` whose values make a pattern.
    window : Window
        The time looked at; an exit on or after ``window.close`` has not happened yet.
    period : {"day", "week", "month", "quarter", "term"}
        Clock of ``tenure``. A coarse period holds everybody at risk at any time in it. ``"term"`` counts the terms
        of each one's contract: ``term_days`` of ``lives`` (`cxlab.evidence.episodes.with_terms`).
    causes : {"one", "cause", "reason"}
        One column ``lost``, or a column ``lost_<code>`` per cause or reason.
    quarter : bool
        Split the time at risk by calendar quarter (of a fiscal year that begins in ``first_month``).
    first_month : int
        1 to 12; read only with ``quarter``.
    bucket : bool
        Add the account bucket, for leave-one-bucket-out intervals.

    Returns
    -------
    DataFrame
        ``tenure`` (period number, >= 1), ``by``, [``quarter``], [``bucket``], ``at_risk``, then ``lost`` or
        ``lost_<code>``: integers, dense in tenure (every period in which somebody is at risk has its row), sorted.

    Raises
    ------
    ValueError
        If a name or an argument is unknown; if ``by`` names what is known only afterwards (`KNOWN_AFTERWARDS`) or
        numbers that are measured (`cxlab.evidence.bins` bins them); if the table would have more than
        `cxlab.evidence.room.MOST_ROWS` rows.
    """
    _refuse(lives, by=by, period=period, causes=causes)
    _refuse_cuts(lives, period=period, quarter=quarter)
    keys = Keys.of(lives, [*by, *(["bucket"] if bucket else [])])
    quarters = _quarters(window, first_month=first_month) if quarter else []
    width = lives["term_days"] if period == TERM else DAYS_PER_PERIOD[period]
    refuse_too_many(lives, keys, quarters=len(quarters), window=window, width=DAYS_PER_PERIOD.get(period, 1.0))
    codes = ["lost"] if causes == "one" else _codes(lives, causes)
    beginnings, ends = time_at_risk(
        lives, keys, loss=_loss(lives, causes, codes, window=window), window=window, quarters=quarters, at=len(by),
        width=width,
    )  # fmt: skip
    names = {1: "lost"} if causes == "one" else {place: f"lost_{code}" for place, code in enumerate(codes, 1)}
    return _named(laid_out(beginnings, ends), keys=keys, quarters=quarters, at=len(by), names=names)


def _refuse(lives: ir.Table, *, by: Sequence[str], period: str, causes: str) -> None:
    if period not in (*DAYS_PER_PERIOD, TERM):
        raise ValueError(f"period must be one of {', '.join((*DAYS_PER_PERIOD, TERM))}; got {period!r}")
    if causes not in ("one", "cause", "reason"):
        raise ValueError(f"causes must be one of one, cause, reason; got {causes!r}")
    unknown = [name for name in by if name not in lives.columns]
    if unknown:
        raise ValueError(f"by names columns of lives ({', '.join(lives.columns)}); got {', '.join(unknown)}")
    late = [name for name in by if name in KNOWN_AFTERWARDS]
    if late:
        raise ValueError(
            f"by names what is known of everybody from the start; {', '.join(late)} is known afterwards"
        )
    measured = [name for name in by if lives[name].type().is_floating()]
    if measured:
        raise ValueError(f"by names columns of few values; {', '.join(measured)} is measured and has to be binned")


def _refuse_cuts(lives: ir.Table, *, period: str, quarter: bool) -> None:
    """Refuse what cannot be cut at quarters, where only starts are known, and spells without a term."""
    own = [
        name
        for name in (SEEN_FROM, "term_days")
        if name in lives.columns and (name == SEEN_FROM or period == TERM)
    ]
    if quarter and own:
        raise ValueError(
            f"time is cut at quarters by the start of a spell alone; {', '.join(own)} cannot be heeded"
        )
    if period == TERM:
        if "term_days" not in lives.columns:
            raise ValueError("the clock of terms needs term_days; cxlab.evidence.episodes.with_terms adds it")
        without = int(lives.filter(~(lives.term_days > 0).fill_null(False)).count().to_pyarrow().as_py())
        if without:
            raise ValueError(f"{without:,} spells have no term: leave them out first, or take another clock")


def _codes(lives: ir.Table, causes: str) -> list[str]:
    """Codes of losses, sorted; the place of one, counted from 1, stands for it."""
    found = Keys.of(lives, [causes]).values[0].dropna()
    return sorted({*found[found != ""], _UNKNOWN})


def _loss(lives: ir.Table, causes: str, codes: Sequence[str], *, window: Window) -> Loss:
    """Who left before the close, but for transfers and what has no cause; a loss nobody explains is unknown."""
    causes_of = codes if causes == "cause" else ["transfer"]
    columns = {"cause": word_of(lives.cause, causes_of)}
    if causes == "reason":
        columns["reason"] = word_of(lives.reason, codes)
    unknown = 1 if causes == "one" else codes.index(_UNKNOWN) + 1
    own = [0 if word == "transfer" else 1 + at * (causes == "cause") for at, word in enumerate(causes_of)]
    by_cause, by_reason = (
        np.array([unknown, *own, 0]), np.array([unknown, *range(1, len(codes) + 1), unknown]),
    )  # fmt: skip

    def code(rows: Mapping[str, Ints]) -> Ints:
        found = by_cause.take(rows["cause"]) * (rows["exit"] < window.close_day)
        return np.where(found > 0, by_reason.take(rows["reason"]), 0) if "reason" in rows else np.asarray(found)

    return Loss(columns=columns, codes=len(codes) + 1, code=code)


def _quarters(window: Window, *, first_month: int) -> list[Quarter]:
    first = Quarter.holding(window.open, first_month=first_month)
    every = first.until(Quarter.holding(window.close, first_month=first_month))
    return [quarter for quarter in every if quarter.start < window.close]


def _named(
    lines: Lines, *, keys: Keys, quarters: Sequence[Quarter], at: int, names: Mapping[int, str]
) -> pd.DataFrame:
    """Lay the lines out as a table, their patterns in words."""
    sizes = (*keys.sizes[:at], max(len(quarters), 1), *keys.sizes[at:])
    places = unpacked(lines.pattern, sizes)
    words = keys.frame([*places[:at], *places[at + 1 :]])
    if quarters:
        words.insert(at, "quarter", np.array([str(quarter) for quarter in quarters], dtype=object)[places[at]])
    table = pd.DataFrame({"tenure": lines.tenure})
    for name in words:
        table[name] = words[name]
    table["at_risk"] = lines.at_risk
    for code, name in names.items():
        if code in lines.lost or name == "lost":
            table[name] = lines.lost.get(code, 0)
    return table
