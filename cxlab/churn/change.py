"""Whether the share that left changed: against last quarter and a year ago, and where."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.churn.movement import RULE, Shares, share_estimate, shares
from cxlab.claim import cluster_check, empty_table, estimate_of, estimates, finding, hidden_check, shown
from cxlab.errors import FitError
from cxlab.finding import Check, Estimate, Finding, Label, Message, Value, Withheld, definition
from cxlab.maths import intervals, jackknife
from cxlab.quarter import Quarter
from cxlab.verdicts import by_headline, case_of, smallest, verdicts


def left_change(
    now: Finding,
    last: Finding | None,
    year_ago: Finding | None = None,
    *,
    band: float = 0.01,
    level: float = 0.95,
) -> Finding:
    """Change of the share that left, on last quarter and on the same quarter a year ago.

    Parameters
    ----------
    now, last, year_ago : Finding
        ``churn.left`` of this and the earlier quarters, as known then; None where there is none. Quarters share
        customers: their joint leave-one-bucket-out values carry that into the interval.
    band : float
        Changes of a share within plus or minus this are too small to matter (0.01 = one percentage point).

    Returns
    -------
    Finding
        ``churn.left_change``: headline the change on last quarter (share points); table: ``against``
        (last_quarter, year_ago), ``p``, ``verdict``.

    Raises
    ------
    ValueError
        If the findings follow different rules.
    """
    earlier = {"last_quarter": last, "year_ago": year_ago}
    rows = [
        _compared(now, then, against=against, level=level)
        for against, then in earlier.items()
        if then is not None and isinstance(now.headline, Estimate) and isinstance(then.headline, Estimate)
    ]
    table = pd.DataFrame(rows) if rows else empty_table("against", "p", "verdict")
    if rows:
        table["verdict"] = verdicts(table, band=band)
    headline, message = _headline(now, last, table, band=band, level=level)
    return finding(
        "churn.left_change", about=now.about, rule=definition(RULE, band=band), headline=headline, message=message,
        table=table, shape="bars", method=Message("churn.method.change", {"band": band}),
        checks=(Check(name="both", passed=True if rows else None, message=_compared_with(last, year_ago)),),
    )  # fmt: skip


def _compared_with(last: Finding | None, year_ago: Finding | None) -> Message:
    seen = [name for name, then in (("last", last), ("year", year_ago)) if then is not None]
    return Message(f"churn.check.compared_{'_and_'.join(seen) or 'none'}")


def _compared(now: Finding, then: Finding, *, against: str, level: float) -> dict[str, object]:
    if now.definition != then.definition:
        raise ValueError(
            f"only findings of one rule are compared; {now.about} has {now.definition}, "
            f"{then.about} has {then.definition}"
        )
    assert isinstance(now.headline, Estimate)
    assert isinstance(then.headline, Estimate)
    if now.replicates is None or then.replicates is None:
        raise ValueError(f"a change needs the replicates of both findings; see churn.left of {then.about}")
    change = now.headline.value - then.headline.value
    row = difference(change, now.replicates - then.replicates, level=level)
    return {"against": against, **row, "n": now.headline.n or 0}


def difference(
    change: float, replicates: NDArray[np.float64], *, level: float, buckets: int | None = None
) -> dict[str, object]:
    """p, verdict (to be filled in), estimate, low and high of a change with joint replicates."""
    occupied = int((np.abs(replicates - change) > 1e-15).sum()) if buckets is None else buckets
    try:
        spread = jackknife.spread(replicates, occupied=occupied)
    except FitError:
        return {"p": np.nan, "verdict": None, "estimate": change, "low": np.nan, "high": np.nan}
    low, high = intervals.symmetric(change, np.sqrt(spread.variance), level=level, degrees=spread.degrees)
    p = jackknife.p_value(change, spread)
    return {"p": p, "verdict": None, "estimate": change, "low": float(low), "high": float(high)}


def _headline(
    now: Finding, last: Finding | None, table: pd.DataFrame, *, band: float, level: float
) -> tuple[Estimate | None, Message]:
    if isinstance(now.headline, Withheld):
        return None, now.headline.reason
    lost = now.message.values.get("n", 0)
    values: dict[str, Value] = {"quarter": now.about, "lost": lost}
    if last is None:
        return None, Message("churn.left_change.first", {**values, "left": now.headline})
    if isinstance(last.headline, Withheld):
        return None, last.headline.reason
    row = table[table["against"] == "last_quarter"].iloc[0]
    values |= {"left": now.headline, "last": last.headline}
    if not np.isfinite(row["low"]):
        return None, Message("churn.left_change.no_interval", {**values, "before": last.about})
    change = estimate_of(row, unit="share_points", level=level)
    values |= {"change": change, "before": last.about, "band": band, "mde": smallest(change)}
    return change, Message(f"churn.left_change.{case_of(row['verdict'], change.value)}", values)


def left_by(
    moves: pd.DataFrame,
    *,
    by: str,
    quarter: Quarter,
    band: float = 0.01,
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """Share that left in each group, and its change on the quarter before.

    Parameters
    ----------
    moves : DataFrame
        ``movements(lives, quarters=[quarter - 1, quarter], by=[by], bucket=True)``; without the quarter before
        there is no change.
    by : str
        Column of the groups.
    minimum : int
        Groups that began either quarter with fewer customers are left out, and so is a group that would give the
        only hidden one away.

    Returns
    -------
    Finding
        ``churn.left_by``: table: ``by``, ``last``, ``change``, ``change_low``, ``change_high``, ``p``,
        ``verdict`` (p adjusted over the groups); headline the share of the group that moved most for real, else
        of the group with the largest share.
    """
    codes = sorted(moves[by].unique()) if by in moves else []
    now, before = (shares(moves, quarter=each, by=by, codes=codes) for each in (quarter, quarter - 1))
    compared = str(quarter - 1) in set(moves["quarter"])
    sizes = np.minimum(now.start, before.start) if compared else now.start
    sizes = np.where(now.start + before.start > 0, np.maximum(sizes, 1), 0)
    show = shown(sizes.astype(float), least=minimum)
    rows = []
    for group in np.flatnonzero(show).tolist():
        share = share_estimate(now, group, level=level)
        if share is not None:
            change = _group_change(now, before, group, level=level) if compared else {}
            rows.append({by: codes[group], **change, **_tail(share)})
    columns = [by, "last", "change", "change_low", "change_high", "p", "verdict"]
    table = pd.DataFrame(rows).reindex(columns=[*columns, "estimate", "low", "high", "n"])
    judged = verdicts(table, band=band, low="change_low", high="change_high") if compared else [None] * len(rows)
    table["verdict"] = pd.Series(judged, dtype="object")
    headline, message = by_headline(
        table,
        stem="churn.left_by",
        by=by,
        quarter=quarter,
        compared=compared,
        least=minimum,
        unit="share",
        level=level,
    )
    return finding(
        "churn.left_by", about=quarter, rule=definition(RULE, by=by, band=band), headline=headline,
        message=message, table=table, shape="bars", method=Message("churn.method.left_by"),
        checks=(hidden_check(int((sizes > 0).sum()) - len(rows), least=minimum),),
    )  # fmt: skip


def _tail(share: Estimate) -> dict[str, object]:
    return estimates(share.value, share.low, share.high, share.n)


def _group_change(now: Shares, before: Shares, group: int, *, level: float) -> dict[str, object]:
    last = float(before.share[group])
    buckets = int(min(now.buckets[group], before.buckets[group]))
    joint = now.replicates[group] - before.replicates[group]
    row = difference(float(now.share[group]) - last, joint, level=level, buckets=buckets)
    ends = {"change_low": row["low"], "change_high": row["high"]}
    return {"last": last, "change": row["estimate"], **ends, "p": row["p"]}


def left_where(
    moves: pd.DataFrame,
    *,
    of: str,
    codes: Sequence[str],
    quarter: Quarter,
    band: float = 0.01,
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """Change of the share that left among groups named beforehand, taken together: those an event concerned.

    Parameters
    ----------
    moves : DataFrame
        ``movements(lives, quarters=[quarter - 1, quarter], by=[of], bucket=True)``.
    of, codes : str, sequence of str
        Column and the values of it that were concerned.

    Returns
    -------
    Finding
        ``churn.left_where``: headline the change (share points); message ends in real_rise, real_fall,
        no_material_change or cannot_tell.
    """
    inside = moves[moves[of].isin(list(codes))]
    now, before = (shares(inside, quarter=each) for each in (quarter, quarter - 1))
    groups = tuple(Label(of=of, code=code) for code in codes)
    share, last = share_estimate(now, 0, level=level), share_estimate(before, 0, level=level)
    table, headline = empty_table("against", "p", "verdict"), None
    if share is None or last is None or min(now.start[0], before.start[0]) < minimum:
        message = Message("churn.left_where.too_few", {"groups": groups, "least": minimum})
    else:
        row = difference(
            share.value - last.value, now.replicates[0] - before.replicates[0], level=level,
            buckets=int(min(now.buckets[0], before.buckets[0])),
        )  # fmt: skip
        table = pd.DataFrame([{"against": "last_quarter", **row, "n": share.n}])
        table["verdict"] = verdicts(table, band=band)
        headline = estimate_of(table.iloc[0], unit="share_points", level=level)
        case = case_of(table["verdict"].iloc[0], headline.value)
        values: dict[str, Value] = {"groups": groups, "left": share, "last": last, "change": headline}
        values |= {"quarter": quarter, "before": quarter - 1, "band": band, "mde": smallest(headline)}
        message = Message(f"churn.left_where.{case}", values)
    return finding(
        "churn.left_where", about=quarter, rule=definition(RULE, of=of, codes=sorted(codes), band=band),
        headline=headline, message=message, table=table, shape="bars",
        method=Message("churn.method.change", {"band": band}), checks=(cluster_check(int(now.buckets[0])),),
    )  # fmt: skip
