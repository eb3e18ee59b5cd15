"""The question asked of a whole study: so that this quarter and an earlier one are asked alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cxlab.claim import estimates, finding, labels, scope_of
from cxlab.evidence.recovery import recovery_sums
from cxlab.evidence.scores import pairs, score_counts
from cxlab.evidence.waiting import waiting_sums
from cxlab.finding import Estimate, Finding, Message, Value, definition
from cxlab.nps.change import where
from cxlab.nps.recovery import recovery
from cxlab.nps.score import score
from cxlab.nps.waiting import waiting

if TYPE_CHECKING:
    from cxlab.tables.study import Study


def score_at(study: Study) -> Finding:
    """Net Promoter Score of the study's own quarter (``nps.score``), as known by its own date.

    Parameters
    ----------
    study : Study
        This quarter's, or an earlier one's (``study.earlier(1)``).
    """
    counts = score_counts(study.responses, bucket=True)
    return score(counts, quarter=study.quarter, level=study.config.level, minimum=study.config.minimum_n)


def where_at(study: Study) -> Finding | None:
    """Change among those whom this quarter's event concerned (``nps.where``).

    That part is named by the team in ``events`` (``scope``, such as ``plan=en90,en120``) and not searched for.

    Returns
    -------
    Finding or None
        None where no event of the quarter names a part of the base, or no quarter was ever asked.
    """
    counts = score_counts(study.responses)
    if counts.empty:
        return None
    concerned = scope_of(study.events, first=study.quarter.start, close=study.quarter.end)
    if concerned is None:
        return None
    of, codes = concerned
    return where(
        score_counts(study.responses, by=[of]),
        pairs(study.responses, quarter=study.quarter, against=[study.quarter - 1], by=[of]),
        of=of, codes=codes, quarter=study.quarter, band=study.config.material_change.nps,
        level=study.config.level, minimum=study.config.minimum_n,
    )  # fmt: skip


def waiting_at(study: Study) -> Finding | None:
    """Ease by how long customers waited (``nps.waiting``); None where contacts, or their waits, are not known."""
    if "interactions" not in study.tables:
        return None
    sums = waiting_sums(study.responses, study.tables["survey_responses"], study.tables["interactions"])
    return waiting(sums, quarter=study.quarter, level=study.config.level, minimum=study.config.minimum_n)


def recovery_at(study: Study) -> Finding | None:
    """Detractors asked again, called back or not (``nps.recovery``); None where no cases are kept."""
    if "loop_cases" not in study.tables:
        return None
    sums = recovery_sums(study.responses, study.tables["loop_cases"])
    return recovery(sums, quarter=study.quarter, level=study.config.level, minimum=study.config.minimum_n)


def unmeasured(study: Study, *counts: pd.DataFrame) -> Finding | None:
    """Touchpoints customers meet and are never asked about (``nps.unmeasured``).

    Parameters
    ----------
    study : Study
        Its table ``touchpoints`` says what customers meet.
    *counts : DataFrame
        Evidence by ``touchpoint``: `score_counts`, `rating_counts`.

    Returns
    -------
    Finding or None
        Headline a count; one row per touchpoint. None where every touchpoint is asked about, or none is listed.
    """
    if "touchpoints" not in study.tables:
        return None
    listed = study.tables["touchpoints"].select("touchpoint_id").to_pandas()["touchpoint_id"].astype(str)
    asked = set().union(*(set(each["touchpoint"]) for each in counts))
    codes = sorted(set(listed) - asked)
    if not codes:
        return None
    n = len(codes)
    headline = Estimate(value=n, low=n, high=n, unit="count", level=study.config.level)
    table = pd.DataFrame({"touchpoint": codes, **estimates(1.0, 1.0, 1.0, 1)})
    values: dict[str, Value] = {"n": n, "touchpoints": labels("touchpoint", codes), "all": len(set(listed))}
    return finding(
        "nps.unmeasured", about=study.quarter, rule=definition("touchpoints without an answer"),
        headline=headline, message=Message("nps.unmeasured", values), table=table, shape="number",
        method=Message("nps.method.unmeasured"),
    )  # fmt: skip


def leading(measured: Finding, *others: Finding | None) -> Finding:
    """Return the score as the answer of the page: it says, in short, the first of the others that has an answer.

    Parameters
    ----------
    measured : Finding
        ``nps.score``.
    *others : Finding or None
        In order: the change, and what stands in for a general score that nobody was asked for.
    """
    for other in others:
        if other is not None and isinstance(other.headline, Estimate):
            short = {"nps.journey.none": "nps.journey.none.short"}.get(other.message.id, other.message.id)
            return measured.saying(Message(short, other.message.values))
    return measured
