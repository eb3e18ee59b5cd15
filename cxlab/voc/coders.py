"""How far readers of one text agree, theme by theme: what may be spoken of, and what needs defining better."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.claim import empty_table, estimate_of, estimates, finding, labels
from cxlab.evidence.themes import NO_CODE
from cxlab.finding import Check, Finding, Label, Message, Value, definition
from cxlab.maths.agreement import Agreement, alpha_interval, percent
from cxlab.quarter import Quarter
from cxlab.voc.shares import coders_of

POINT, LOWER, TENTATIVE = 0.80, 0.667, 0.667
"""Firm from alpha .80 with a lower end of .667, tentative from .667; below, the theme needs a better wording."""

RULE = "Krippendorff's alpha, nominal, bootstrap over texts"


def agreement(
    counts: pd.DataFrame,
    *,
    quarter: Quarter,
    level: float = 0.95,
    minimum: int = 10,
    adjudicator: str = "team",
    draws: int = 2000,
    seed: int = 1,
) -> Finding:
    """Agreement of the coders on each theme, over every text more than one of them has read.

    Parameters
    ----------
    counts : DataFrame
        ``theme_table(texts, readings, quarters=study.quarters)``: every quarter given counts, because what is
        judged is the definition and not the quarter.
    quarter : Quarter
        The quarter to answer for.
    minimum : int
        Texts read twice below which nothing is said.
    adjudicator : str
        The coder who settles what the others disagree on: no witness of their agreement.
    draws, seed : int
        Resamples, and where they begin.

    Returns
    -------
    Finding
        ``voc.agreement``: table: ``theme``, ``gate`` (passed, tentative, failed), ``needed`` (alpha from which it
        passes), ``equal_share`` (of the pairs of readings), then alpha; n = texts read twice. Headline: the least
        agreed theme.
    """
    coders = coders_of(counts, adjudicator=adjudicator)
    rule, method = definition(RULE, draws=draws), Message("voc.method.agreement", {"draws": draws})
    rows, undefined = _rows(counts, coders, least=minimum, level=level, draws=draws, seed=seed)
    if not rows:
        message = Message(
            "voc.agreement.one_coder" if len(coders) < 2 else "voc.agreement.too_few", {"n": minimum}
        )
        return finding(
            "voc.agreement", about=quarter, rule=rule, headline=None, message=message, method=method,
            table=empty_table("theme", "gate", "needed", "equal_share"), shape="bars",
            checks=_undefined(undefined),
        )  # fmt: skip
    table = pd.DataFrame(rows).sort_values(["estimate", "theme"], ascending=[False, True], ignore_index=True)
    lowest = table.iloc[-1]
    value = estimate_of(lowest, unit="agreement", level=level)
    weak = table[table["gate"] != "passed"]
    values: dict[str, Value] = {
        "theme": Label(of="theme", code=str(lowest["theme"])), "alpha": value, "needed": POINT,
        "n": len(weak), "of": len(table), "themes": labels("theme", [str(code) for code in weak["theme"][::-1]]),
    }  # fmt: skip
    message = Message("voc.agreement.weak" if len(weak) else "voc.agreement.all", values)
    return finding(
        "voc.agreement", about=quarter, rule=rule, headline=value, message=message, table=table, shape="bars",
        method=method, checks=(_gate_check(len(weak), of=len(table)), *_undefined(undefined)),
    )  # fmt: skip


def _rows(
    counts: pd.DataFrame, coders: list[str], *, least: int, level: float, draws: int, seed: int
) -> tuple[list[dict[str, object]], list[str]]:
    """Row per theme, and the themes whose agreement is undefined."""
    rows: list[dict[str, object]] = []
    undefined: list[str] = []
    for code, part in counts[counts["code"] != NO_CODE].groupby("code"):
        found, equal = _agreement(part, coders, level=level, draws=draws, seed=seed)
        if found.units < least:
            continue
        if found.value is None or found.low is None or found.high is None:
            undefined.append(str(code))
            continue
        tail = estimates(found.value, found.low, found.high, found.units)
        gate = gate_of(found.value, found.low)
        rows.append({"theme": str(code), "gate": gate, "needed": POINT, "equal_share": equal, **tail})
    return rows, undefined


def gate_of(value: float, low: float) -> str:
    """Whether coders agree enough.

    >>> gate_of(0.82, 0.79), gate_of(0.82, 0.60), gate_of(0.70, 0.60), gate_of(0.61, 0.55)
    ('passed', 'tentative', 'tentative', 'failed')
    """
    if value >= POINT and low >= LOWER:
        return "passed"
    return "tentative" if value >= TENTATIVE else "failed"


def _agreement(
    rows: pd.DataFrame, coders: list[str], *, level: float, draws: int, seed: int
) -> tuple[Agreement, float | None]:
    """Alpha and the share of equal pairs of one theme, from counts of patterns."""
    names = [f"read_{coder}" for coder in coders]
    if not names:
        return Agreement(value=None, low=None, high=None, units=0), None
    patterns = rows.groupby(names, as_index=False)["texts"].sum()
    values = patterns[names].to_numpy(dtype=float)
    values[values < 0] = np.nan
    weights = patterns["texts"].to_numpy(dtype=float)
    found = alpha_interval(values, counts=weights, level=level, draws=draws, seed=seed)
    return found, percent(values, counts=weights)


def _gate_check(weak: int, *, of: int) -> Check:
    values: dict[str, Value] = {"n": weak, "of": of, "needed": POINT}
    name = "voc.check.gate_failed" if weak else "voc.check.gate_passed"
    return Check(name="gate", passed=None if weak else True, message=Message(name, values))


def _undefined(codes: list[str]) -> tuple[Check, ...]:
    if not codes:
        return ()
    values: dict[str, Value] = {"themes": labels("theme", codes), "n": len(codes)}
    return (Check(name="undefined", passed=None, message=Message("voc.check.undefined", values)),)
