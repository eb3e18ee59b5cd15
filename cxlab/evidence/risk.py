"""Customers at risk and customers lost, by tenure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from cxlab.evidence.bucket import bucket_of
from cxlab.quarter import DAYS_PER_MONTH, Period, Quarter, Window, day_number

Causes = Literal["one", "cause", "reason"]

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
    period : {"day", "week", "month", "quarter"}
        Clock of ``tenure``. A coarse period holds everybody at risk at any time in it.
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
        If a name or an argument is unknown.
    """
    _refuse(lives, by=by, period=period, causes=causes)
    spells = _spells(lives, by=by, window=window, causes=causes, bucket=bucket)
    keys = [*by, *(["quarter"] if quarter else []), *(["bucket"] if bucket else [])]
    if quarter:
        spells = _split_by_quarter(spells, window=window, first_month=first_month)
    days = DAYS_PER_PERIOD[period]
    spells = spells.filter(spells.last > spells.entry).mutate(
        entry=_floor(spells.entry, days), last=-_floor(-spells["last"], days)
    )
    exits = spells.group_by([*keys, "last", "code"]).agg(customers=spells.count()).to_pandas()
    entries = spells.group_by([*keys, "entry"]).agg(customers=spells.count()).to_pandas()
    return _dense(exits, entries, keys=keys, one=causes == "one")


def _refuse(lives: ir.Table, *, by: Sequence[str], period: str, causes: str) -> None:
    if period not in DAYS_PER_PERIOD:
        raise ValueError(f"period must be one of {', '.join(DAYS_PER_PERIOD)}; got {period!r}")
    if causes not in ("one", "cause", "reason"):
        raise ValueError(f"causes must be one of one, cause, reason; got {causes!r}")
    unknown = [name for name in by if name not in lives.columns]
    if unknown:
        raise ValueError(f"by names columns of lives ({', '.join(lives.columns)}); got {', '.join(unknown)}")


def _spells(lives: ir.Table, *, by: Sequence[str], window: Window, causes: str, bucket: bool) -> ir.Table:
    """One row per spell: by, [bucket], start, entry, last in days of tenure, the code of the loss ('': none)."""
    seen = window.close_day - 1  # the last day on which an exit could be seen
    end = ibis.least(ibis.coalesce(lives.exit_day, seen), seen)
    lost = (lives.exit_day < window.close_day) & (lives.cause != "transfer")
    code = ibis.literal("lost") if causes == "one" else ibis.coalesce(lives[causes].nullif(""), "unknown")
    return lives.select(
        *by,
        **({"bucket": bucket_of(lives.account_id)} if bucket else {}),
        start=lives.start_day.cast("int64"),
        entry=ibis.greatest(window.open_day - lives.start_day, 0).cast("int64"),
        last=(end - lives.start_day).cast("int64"),
        code=ibis.ifelse(lost.fill_null(False), code, ""),
    )


def _split_by_quarter(spells: ir.Table, *, window: Window, first_month: int) -> ir.Table:
    """Cut time at risk at the quarters' first days; an exit belongs to the quarter that holds its day."""
    first = Quarter.holding(window.open, first_month=first_month)
    parts = []
    for quarter in first.until(Quarter.holding(window.close, first_month=first_month)):
        if quarter.start >= window.close:
            break
        opens = day_number(quarter.start) - 1 - spells.start
        closes = min(window.close_day, day_number(quarter.end)) - 1 - spells.start
        parts.append(
            spells.mutate(
                quarter=ibis.literal(str(quarter)),
                entry=ibis.greatest(spells.entry, opens),
                last=ibis.least(spells["last"], closes),
                code=ibis.ifelse(spells["last"] <= closes, spells.code, ""),
            )
        )
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _floor(days: ir.IntegerColumn, width: float) -> ir.IntegerColumn:
    return days if width == 1 else (days / width).floor().cast("int64")


def _dense(exits: pd.DataFrame, entries: pd.DataFrame, *, keys: list[str], one: bool) -> pd.DataFrame:
    """Lay the counts out on one line, pattern after pattern, and take the running difference."""
    codes = ["lost"] if one else sorted(set(exits["code"]) - {""})
    columns = ["tenure", *keys, "at_risk", *(codes if one else [f"lost_{code}" for code in codes])]
    if exits.empty:
        return pd.DataFrame({name: pd.Series(dtype="int64") for name in columns})
    patterns = exits[keys].drop_duplicates().sort_values(keys) if keys else pd.DataFrame(index=[0])
    patterns = patterns.reset_index(drop=True).assign(pattern=np.arange(len(patterns)))
    exits = exits.merge(patterns, on=keys) if keys else exits.assign(pattern=0)
    entries = entries.merge(patterns, on=keys) if keys else entries.assign(pattern=0)
    first = entries.groupby("pattern")["entry"].min().to_numpy() + 1
    length = exits.groupby("pattern")["last"].max().to_numpy() - first + 2
    offset = np.concatenate([[0], np.cumsum(length)])

    def line(frame: pd.DataFrame, tenure: pd.Series) -> np.ndarray:
        pattern = frame["pattern"].to_numpy()
        place = offset[pattern] + tenure.to_numpy() - first[pattern]
        return np.bincount(place, weights=frame["customers"].to_numpy(), minlength=offset[-1]).astype("int64")

    at_risk = np.cumsum(line(entries, entries["entry"] + 1) - line(exits, exits["last"] + 1))
    pattern = np.repeat(np.arange(len(patterns)), length)
    table = patterns[keys].iloc[pattern].reset_index(drop=True)
    table.insert(0, "tenure", np.arange(offset[-1]) - offset[pattern] + first[pattern])
    table["at_risk"] = at_risk
    for code, name in zip(codes, columns[-len(codes) :] if codes else [], strict=True):
        lost = exits[exits["code"] == code]
        table[name] = line(lost, lost["last"])
    return table[table["at_risk"] > 0].reset_index(drop=True)
