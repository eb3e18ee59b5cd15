"""Three verdicts over one page: everything a page tests is judged together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from cxlab.claim import estimate_of
from cxlab.finding import Estimate, Finding, Label, Message, Unit, Value
from cxlab.maths import intervals
from cxlab.maths.multiplicity import benjamini_hochberg
from cxlab.maths.verdict import verdict
from cxlab.quarter import Quarter

CASES = ("real_rise", "real_fall", "no_material_change", "cannot_tell")

LOWEST_MATTERS = ("nps",)
"""Questions in which the lowest value of a table is the one to name; elsewhere the highest."""

INDICATIVE = 50
"""A group with fewer behind it is not singled out for its value where there are larger ones."""

POWER_80 = 0.8416
"""Normal quantile of 80%: with the interval's multiplier it gives the smallest change seen four times in five."""


def case_of(judged: str, change: float) -> str:
    """Last part of a message id: real_rise, real_fall, no_material_change or cannot_tell."""
    return ("real_rise" if change > 0 else "real_fall") if judged == "real_change" else judged


def smallest(change: Estimate) -> float:
    """Smallest change that would be seen with 80% power, in the unit of the change."""
    assert change.low is not None
    assert change.high is not None
    reach = (change.high - change.low) / 2
    z = intervals.multiplier(change.level)
    return float(reach * (1 + POWER_80 / z))


def verdicts(
    table: pd.DataFrame, *, band: float | str, p: str = "p", low: str = "low", high: str = "high"
) -> list[str]:
    """Verdict of each row, p adjusted over the rows; what could not be tested cannot be told.

    ``band`` is the same for all rows, or the column that holds each row's own.
    """
    tested = table[p].notna().to_numpy()
    adjusted = np.full(len(table), np.nan)
    adjusted[tested] = benjamini_hochberg(table[p][tested])
    own = table[band] if isinstance(band, str) else np.full(len(table), band)
    return [
        verdict(q, low=below, high=above, band=within) if np.isfinite(q) else "cannot_tell"
        for q, below, above, within in zip(adjusted, table[low], table[high], own, strict=True)
    ]


def by_headline(
    table: pd.DataFrame,
    *,
    stem: str,
    by: str,
    quarter: Quarter,
    compared: bool,
    least: int,
    unit: Unit,
    level: float,
) -> tuple[Estimate | None, Message]:
    """Headline and sentence of a table of groups: the real change that is largest, else the value to look at.

    Parameters
    ----------
    table : DataFrame
        One row per group: ``by``, ``last``, ``change``, ``change_low``, ``change_high``, ``verdict``,
        ``estimate``, ``low``, ``high``, ``n``.
    stem : str
        Messages are ``stem.real_rise``, ``stem.real_fall``, ``stem.none`` (nothing real), ``stem.first`` (nothing
        to compare with) and ``stem.too_few``; their values are ``group``, ``value``, ``quarter`` and, for a real
        change, ``last``, ``change``, ``groups`` (how many changed), ``of``; else ``among`` (whether small groups
        were passed over).
    """
    if table.empty:
        return None, Message(f"{stem}.too_few", {"least": least, "of": Label(of="term", code=by)})
    rows = table.to_dict("records")
    real = [row for row in rows if row["verdict"] == "real_change"]
    sure = [row for row in rows if row["n"] >= INDICATIVE] or rows
    if real:
        row = max(real, key=lambda each: abs(each["change"]))
        case = case_of("real_change", row["change"])
    else:
        pick = min if stem.partition(".")[0] in LOWEST_MATTERS else max
        row = pick(sure, key=lambda each: each["estimate"])
        case = "none" if compared else "first"
    value = estimate_of(row, unit=unit, level=level)
    values: dict[str, Value] = {"group": Label(of=by, code=row[by]), "value": value, "quarter": quarter}
    if real:
        ends = {"estimate": row["change"], "low": row["change_low"], "high": row["change_high"], "n": row["n"]}
        change = estimate_of(ends, unit=change_unit(unit), level=level)
        values |= {"last": float(row["last"]), "change": change, "groups": len(real), "of": len(rows)}
    else:
        values["among"] = Label(of="among", code="all" if len(sure) == len(rows) else "large")
    return value, Message(f"{stem}.{case}", values)


def change_unit(unit: Unit) -> Unit:
    """Unit of a difference: shares differ by share points, everything else by what it is counted in."""
    return "share_points" if unit == "share" else unit


def one_page(
    *findings: Finding | None, band: float = 0.01, bands: Mapping[str, float] | None = None
) -> tuple[Finding | None, ...]:
    """Judge the changes of several findings together: Benjamini-Hochberg over all their tests.

    Parameters
    ----------
    findings : Finding or None
        Tested are those whose table has ``p`` and ``verdict``, and the interval of the change as ``change_low``
        and ``change_high`` or, where the estimate itself is the change, ``low`` and ``high``. Others, and what
        could not be asked (None), pass unchanged.
    band : float
        Changes within plus or minus this are too small to matter; in the unit of the changes.
    bands : mapping of str to float, optional
        The same for findings whose changes have another unit, by name.

    Returns
    -------
    tuple of Finding or None
        The same findings in the same order, verdicts and sentences adjusted.
    """
    result = list(findings)
    tested = {place: each for place, each in enumerate(findings) if each is not None and _is_tested(each)}
    if not tested:
        return findings
    own = {place: (bands or {}).get(each.name, band) for place, each in tested.items()}
    tests = [_tests(each.table).assign(band=own[place]) for place, each in tested.items()]
    judged = verdicts(pd.concat(tests, ignore_index=True), band="band")
    for (place, each), part in zip(tested.items(), tests, strict=True):
        result[place] = _judged(each, judged[: len(part)])
        judged = judged[len(part) :]
    return tuple(result)


def _is_tested(finding: Finding) -> bool:
    return "verdict" in finding.table and bool(finding.table["verdict"].notna().any())


def _tests(table: pd.DataFrame) -> pd.DataFrame:
    ends = ["change_low", "change_high"] if "change_low" in table else ["low", "high"]
    return table[["p", *ends]].set_axis(["p", "low", "high"], axis=1)


def _judged(finding: Finding, judged: list[str]) -> Finding:
    verdict = pd.Series(judged, index=finding.table.index, dtype="object")
    table = finding.table.assign(verdict=verdict)
    if not isinstance(finding.headline, Estimate):
        return replace(finding, table=table)
    if "change_low" in table:
        now = finding.headline
        headline, message = by_headline(
            table, stem=finding.name, by=str(table.columns[0]), quarter=finding.about, compared=True, least=0,
            unit=now.unit, level=now.level,
        )  # fmt: skip
        message = Message(message.id, {**finding.message.values, **message.values})
        return replace(finding, table=table, message=message, headline=headline or now)
    stem, _, case = finding.message.id.rpartition(".")
    if case not in CASES:
        return replace(finding, table=table)
    message = Message(f"{stem}.{case_of(judged[0], finding.headline.value)}", finding.message.values)
    return replace(finding, table=table, message=message)
