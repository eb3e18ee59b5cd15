"""Whether the score changed: against last quarter and a year ago, and among those an event concerned."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxlab.claim import empty_table, estimate_of, finding
from cxlab.finding import Check, Estimate, Finding, Label, Message, Value, definition
from cxlab.maths import intervals, net_change
from cxlab.maths.net_change import smallest_seen
from cxlab.nps.waves import RULE, Wave, tables, wave
from cxlab.quarter import Quarter
from cxlab.verdicts import case_of, verdicts

BAND = 3.0
"""Changes within plus or minus as many points are too small to matter, unless the study says otherwise."""


def change(
    counts: pd.DataFrame,
    pairs: pd.DataFrame,
    *,
    quarter: Quarter,
    last: Finding | None = None,
    year_ago: Finding | None = None,
    band: float = BAND,
    level: float = 0.95,
    minimum: int = 10,
) -> Finding | None:
    """Change of the score on last quarter and on the same quarter a year ago, as all three are known now.

    Customers who answered both waves are paired by their ids, the others are independent: one formula for all.

    Parameters
    ----------
    counts : DataFrame
        ``score_counts(responses)``; other keys are summed over.
    pairs : DataFrame
        ``pairs(responses, quarter=quarter, against=[quarter - 1, quarter - 4])``.
    last, year_ago : Finding, optional
        ``nps.score`` as published for those quarters, to say where answers that came in later changed them.
    band : float
        Changes within plus or minus this many points are too small to matter.
    minimum : int
        A wave with fewer answers is not compared.

    Returns
    -------
    Finding or None
        ``nps.change``: headline the change on last quarter (points); table: ``against`` (last_quarter, year_ago),
        ``p``, ``verdict``. None where no quarter was ever asked.
    """
    if counts.empty:
        return None
    now = wave(counts, quarter=quarter)
    earlier = {"last_quarter": quarter - 1, "year_ago": quarter.year_ago}
    waves = {name: wave(counts, quarter=each) for name, each in earlier.items()}
    enough = [name for name, held in waves.items() if min(held.n[0], now.n[0]) >= max(minimum, 1)]
    rows = [
        {"against": name, **_compared(pairs, now, waves[name], against=earlier[name], level=level)}
        for name in enough
    ]
    table = pd.DataFrame(rows) if rows else empty_table("against", "p", "verdict")
    if rows:
        table["verdict"] = verdicts(table, band=band)
    headline, message = _headline(now, waves["last_quarter"], table, quarter, band=band, level=level)
    return finding(
        "nps.change", about=quarter, rule=definition(RULE, band=band), headline=headline, message=message,
        table=table, shape="bars", method=Message("nps.method.change", {"band": band}),
        checks=(_compared_with(enough), *_restated(last, waves, "last_quarter"),
                *_restated(year_ago, waves, "year_ago")),
    )  # fmt: skip


def _compared(pairs: pd.DataFrame, now: Wave, then: Wave, *, against: Quarter, level: float) -> dict[str, object]:
    effect = float(max(now.effect[0], then.effect[0]))
    found = net_change.change(tables(pairs, against=against)[0], level=level, design_effect=effect)
    return {
        "p": float(found.p), "verdict": None, "estimate": float(found.value), "low": float(found.low),
        "high": float(found.high), "n": int(now.n[0]),
    }  # fmt: skip


def _compared_with(enough: Sequence[str]) -> Check:
    seen = [{"last_quarter": "last", "year_ago": "year"}[name] for name in enough]
    message = Message(f"nps.check.compared_{'_and_'.join(seen) or 'none'}")
    return Check(name="compared", passed=True if seen else None, message=message)


def _restated(published: Finding | None, waves: dict[str, Wave], name: str) -> tuple[Check, ...]:
    """Say that an earlier score is not what it was when it was published."""
    if published is None or not isinstance(published.headline, Estimate) or not waves[name].n[0]:
        return ()
    old, new = published.headline.value, float(waves[name].score[0])
    if round(old) == round(new):
        return ()
    values: dict[str, Value] = {"old": old, "new": new, "quarter": published.about}
    return (Check(name="restated", passed=None, message=Message("nps.check.restated", values)),)


def _headline(
    now: Wave, then: Wave, table: pd.DataFrame, quarter: Quarter, *, band: float, level: float
) -> tuple[Estimate | None, Message]:
    values: dict[str, Value] = {"quarter": quarter, "before": quarter - 1}
    if not now.n[0]:
        return None, Message("nps.change.nobody", values)
    values["score"] = now.estimate(level=level)
    compared = table[table["against"] == "last_quarter"]
    if compared.empty:
        return None, Message("nps.change.too_few_before" if then.n[0] else "nps.change.first", values)
    row = compared.iloc[0]
    moved = estimate_of(row, unit="points", level=level)
    values |= {"last": float(then.score[0]), "change": moved, "band": band, "n": int(now.n[0])}
    values["mde"] = seen_from(moved)
    return moved, Message(f"nps.change.{case_of(row['verdict'], moved.value)}", values)


def seen_from(moved: Estimate) -> float:
    """Smallest change that would be seen four times in five with answers like these, in points."""
    assert moved.low is not None
    assert moved.high is not None
    reach = (moved.high - moved.low) / 2
    return float(smallest_seen(reach / intervals.multiplier(moved.level), level=moved.level))


def where(
    counts: pd.DataFrame,
    pairs: pd.DataFrame,
    *,
    of: str,
    codes: Sequence[str],
    quarter: Quarter,
    band: float = BAND,
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """Change of the score among groups named beforehand, taken together: those an event concerned.

    Parameters
    ----------
    counts : DataFrame
        ``score_counts(responses, by=[of])``.
    pairs : DataFrame
        ``pairs(responses, quarter=quarter, against=[quarter - 1], by=[of])``.
    of, codes : str, sequence of str
        Column and the values of it that were concerned.

    Returns
    -------
    Finding
        ``nps.where``: headline the change (points); message ends in real_rise, real_fall, no_material_change or
        cannot_tell, or too_few.
    """
    inside = counts[counts[of].isin(list(codes))]
    now, then = wave(inside, quarter=quarter), wave(inside, quarter=quarter - 1)
    groups = tuple(Label(of=of, code=code) for code in codes)
    table, headline = empty_table("against", "p", "verdict"), None
    message = Message("nps.where.too_few", {"groups": groups, "least": minimum})
    if min(now.n[0], then.n[0]) >= max(minimum, 1):
        met = pairs[pairs[of].isin(list(codes))]
        row = _compared(met, now, then, against=quarter - 1, level=level)
        table = pd.DataFrame([{"against": "last_quarter", **row}])
        table["verdict"] = verdicts(table, band=band)
        headline = estimate_of(table.iloc[0], unit="points", level=level)
        others = wave(counts[~counts[of].isin(list(codes))], quarter=quarter)
        values: dict[str, Value] = {"groups": groups, "score": now.estimate(level=level), "change": headline}
        values |= {"last": float(then.score[0]), "quarter": quarter, "before": quarter - 1, "band": band}
        values |= {"mde": seen_from(headline), "others": float(np.nan_to_num(others.score[0]))}
        message = Message(f"nps.where.{case_of(table['verdict'].iloc[0], headline.value)}", values)
    return finding(
        "nps.where", about=quarter, rule=definition(RULE, of=of, codes=sorted(codes), band=band),
        headline=headline, message=message, table=table, shape="bars",
        method=Message("nps.method.change", {"band": band}),
    )  # fmt: skip
