"""before(): the same claim about an earlier quarter, as published, else as it was known then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from cxlab.errors import DataError
from cxlab.finding import Check, Finding, Message
from cxlab.report.record import recall

if TYPE_CHECKING:
    from cxlab.tables.study import Study

COMPUTED_NOW = "computed_now"
"""Name of the check that marks a finding of an earlier quarter no published ledger holds."""


def before(study: Study, now: Finding, measure: Callable[[Study], Finding], *, quarters: int) -> Finding | None:
    """Return what was found ``quarters`` quarters earlier.

    The published ledger speaks first, if it holds the same claim by the same definition. Else the claim is made
    now from the sources as they were known then, and marked: it carries a check named ``computed_now``.

    Parameters
    ----------
    study : Study
        This quarter's.
    now : Finding
        This quarter's finding; its definition is the one to match.
    measure : callable
        Makes the finding from a study, such as ``churn.left_at``.
    quarters : int
        How far back: 1 = last quarter, 4 = a year ago.

    Returns
    -------
    Finding or None
        None where the study cannot look back that far.
    """
    published = recall(study, now.name, quarter=study.quarter - quarters)
    if published is not None and published.definition == now.definition:
        return published
    if (study.quarter - quarters).start < study.window.open:
        return None
    try:
        found = measure(study.earlier(quarters))
    except DataError:
        return None
    mark = Check(
        name=COMPUTED_NOW,
        passed=None,
        message=Message("report.computed_now", {"quarter": study.quarter - quarters}),
    )
    return replace(found, checks=(*found.checks, mark))
