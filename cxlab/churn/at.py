"""The same question asked of a whole study: so that this quarter and an earlier one are asked alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cxlab.churn.change import left_where
from cxlab.churn.movement import left
from cxlab.evidence.movement import movements
from cxlab.finding import Finding

if TYPE_CHECKING:
    from cxlab.tables.study import Study

COVARIATES = ("plan", "region", "acq_source", "segment", "offer")
"""Columns of ``lives`` an event may name in its scope."""


def left_at(study: Study) -> Finding:
    """Share of customers who left in the study's own quarter (``churn.left``), as known by its own date.

    Parameters
    ----------
    study : Study
        This quarter's, or an earlier one's (``study.earlier(1)``).
    """
    moves = movements(study.lives, quarters=[study.quarter], bucket=True)
    return left(moves, quarter=study.quarter, level=study.config.level)


def left_where_at(study: Study) -> Finding | None:
    """Change among those whom this quarter's event concerned (``churn.left_where``).

    An average over the whole base can hide a real change in the part an event touched; that part is named by the
    team in ``events`` (``scope``, such as ``plan=en90,en120``) and not searched for, so no allowance for searching
    is needed.

    Returns
    -------
    Finding or None
        None where no event of the quarter names a part of the base, or there is no quarter before.
    """
    concerned = scope_of(study.events, first=study.quarter.start, close=study.quarter.end)
    if concerned is None or (study.quarter - 1).start < study.window.open:
        return None
    of, codes = concerned
    moves = movements(study.lives, quarters=[study.quarter - 1, study.quarter], by=[of], bucket=True)
    return left_where(
        moves, of=of, codes=codes, quarter=study.quarter, band=study.config.material_change.share_points,
        level=study.config.level, minimum=study.config.minimum_n,
    )  # fmt: skip


def scope_of(events: pd.DataFrame, *, first: object, close: object) -> tuple[str, tuple[str, ...]] | None:
    """Read whom the latest event of a quarter concerned: a column of ``lives`` and its codes.

    Parameters
    ----------
    events : DataFrame
        Table ``events``: ``date`` and ``scope`` (``column=code,code``; empty = everyone).
    first, close : date
        First day of the quarter and first day after it.

    Examples
    --------
    >>> events = pd.DataFrame({"date": ["2026-07-01"], "scope": ["plan=en90,en120"]})
    >>> scope_of(events, first="2026-07-01", close="2026-10-01")
    ('plan', ('en90', 'en120'))
    """
    if events.empty:
        return None
    days = pd.to_datetime(events["date"])
    within = events[(days >= pd.Timestamp(first)) & (days < pd.Timestamp(close))]  # type: ignore[arg-type]
    for scope in within.assign(day=days).sort_values("day", ascending=False)["scope"]:
        of, _, codes = str(scope or "").partition("=")
        if of in COVARIATES and codes:
            return of, tuple(code.strip() for code in codes.split(",") if code.strip())
    return None
