"""One page, one family of tests: verdicts adjusted over everything a page tests."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from cxlab.churn.change import by_headline, case_of, verdicts
from cxlab.finding import Estimate, Finding, Message

CASES = ("real_rise", "real_fall", "no_material_change", "cannot_tell")


def one_page(*findings: Finding, band: float = 0.01) -> tuple[Finding, ...]:
    """Judge the changes of several findings together: Benjamini-Hochberg over all their tests.

    Parameters
    ----------
    findings : Finding
        ``churn.left_change``, ``churn.left_by``, ``churn.left_where``: those a page shows. Others pass unchanged.
    band : float
        Changes of a share within plus or minus this are too small to matter.

    Returns
    -------
    tuple of Finding
        The same findings in the same order, verdicts and sentences adjusted.
    """
    tested = [
        place
        for place, each in enumerate(findings)
        if "verdict" in each.table and each.table["verdict"].notna().any()
    ]
    if not tested:
        return findings
    tests = [_tests(findings[place].table) for place in tested]
    judged = verdicts(pd.concat(tests, ignore_index=True), band=band)
    result, first = list(findings), 0
    for place, part in zip(tested, tests, strict=True):
        result[place] = _judged(findings[place], judged[first : first + len(part)])
        first += len(part)
    return tuple(result)


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
