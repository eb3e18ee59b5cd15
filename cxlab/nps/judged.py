"""Everything the page tests, judged together: points and means each by their own band."""

from __future__ import annotations

from cxlab import verdicts
from cxlab.finding import Estimate, Finding
from cxlab.nps.change import BAND


def one_page(*findings: Finding | None, band: float = BAND) -> tuple[Finding | None, ...]:
    """Judge the changes of several findings together (`cxlab.verdicts.one_page`).

    Parameters
    ----------
    findings : Finding or None
        Those a page shows; what could not be asked (None) passes unchanged.
    band : float
        Changes of NPS within plus or minus as many points are too small to matter; means bring their own band.
    """
    bands = {
        each.name: width
        for each in findings
        if each is not None
        and isinstance(each.headline, Estimate)
        and each.headline.unit == "score"
        and isinstance(width := each.message.values.get("band"), float)
    }
    return verdicts.one_page(*findings, band=band, bands=bands)
