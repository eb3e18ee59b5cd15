"""One page, one family of tests: verdicts adjusted over everything a page tests."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from cxlab.churn.change import by_headline, case_of, verdicts
from cxlab.finding import Estimate, Finding, Message

CASES = ("real_rise", "real_fall", "no_material_change", "cannot_tell")


def one_page(*findings: Finding | None, band: float = 0.01) -> tuple[Finding | None, ...]:
    """Judge the changes of several findings together: Benjamini-Hochberg over all their tests.

    Parameters
    ----------
    findings : Finding or None
        ``churn.left_change``, ``churn.left_by``, ``churn.left_where``: those a page shows. Others, and what could
        not be asked (None), pass unchanged.
    band : float
        Changes of a share within plus or minus this are too small to matter.

    Returns
    -------
    tuple of Finding or None
        The same findings in the same order, verdicts and sentences adjusted.
    """
    result = list(findings)
    tested = {place: each for place, each in enumerate(findings) if each is not None and _is_tested(each)}
    if not tested:
        return findings
    tests = [_tests(each.table) for each in tested.values()]
    judged = verdicts(pd.concat(tests, ignore_index=True), band=band)
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
    if finding.name == "churn.left_by":
        by, level = str(table.columns[0]), finding.headline.level
        headline, message = by_headline(table, by=by, quarter=finding.about, compared=True, least=0, level=level)
        return replace(finding, table=table, message=message, headline=headline or finding.headline)
    stem, _, case = finding.message.id.rpartition(".")
    if case not in CASES:
        return replace(finding, table=table)
    message = Message(f"{stem}.{case_of(judged[0], finding.headline.value)}", finding.message.values)
    return replace(finding, table=table, message=message)
