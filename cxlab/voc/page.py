"""One page, one family of tests; what it leads with is firm."""

from __future__ import annotations

from dataclasses import replace

from cxlab.finding import Estimate, Finding
from cxlab.verdicts import one_page as judged
from cxlab.voc.themes import said


def one_page(*findings: Finding | None, band: float = 0.01) -> tuple[Finding | None, ...]:
    """Judge the changes of a page together, and lead with a theme on which coders agree enough.

    Parameters
    ----------
    findings : Finding or None
        ``voc.themes`` and whatever else the page tests; others pass unchanged.
    band : float
        Changes of a share within plus or minus this are too small to matter.
    """
    return tuple(_led(each) for each in judged(*findings, band=band))


def _led(finding: Finding | None) -> Finding | None:
    if finding is None or finding.name != "voc.themes" or not isinstance(finding.headline, Estimate):
        return finding
    compared = bool(finding.table["verdict"].notna().any())
    headline, message = said(
        finding.table, quarter=finding.about, compared=compared, least=0, level=finding.headline.level
    )
    return replace(finding, headline=headline or finding.headline, message=message)
