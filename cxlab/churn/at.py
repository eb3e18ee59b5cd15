"""The same question asked of a whole study: so that this quarter and an earlier one are asked alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cxlab.churn.backtest import backtest
from cxlab.churn.change import left_where
from cxlab.churn.experience import experience
from cxlab.churn.movement import left
from cxlab.claim import scope_of
from cxlab.evidence.experience import experience_table
from cxlab.evidence.followed import followed
from cxlab.evidence.movement import movements
from cxlab.evidence.risk import risk_table
from cxlab.finding import Finding
from cxlab.quarter import Window

if TYPE_CHECKING:
    from cxlab.tables.study import Study


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


def backtest_at(study: Study) -> Finding | None:
    """Grade the chances of leaving as of last close by who left in the study's quarter (``churn.backtest``).

    The chances come from everything up to last close, of what is known today.

    Returns
    -------
    Finding or None
        None where the study's window shows no quarter before.
    """
    quarter = study.quarter
    if (quarter - 1).start < study.window.open:
        return None
    then = Window(open=study.window.open, close=quarter.start)
    return backtest(
        followed(study.lives, by=["plan"], close=quarter.start, until=quarter.end, bucket=True),
        risk_table(study.lives, by=["plan"], window=then),
        quarter=quarter, level=study.config.level, minimum=study.config.minimum_n,
    )  # fmt: skip


def experience_at(study: Study) -> Finding | None:
    """Compare who leaves after which answer (``churn.experience``), over all quarters of the study.

    Returns
    -------
    Finding or None
        None where the study has no answers of known customers or no transactions, or only one quarter.
    """
    if study.load.cannot_run("revenue") or len(study.quarters) < 2:
        return None
    counts = experience_table(study.panel, quarters=study.quarters[1:], by=["plan"], bucket=True)
    return experience(
        counts, quarter=study.quarter, level=study.config.level, minimum=study.config.minimum_n
    )  # fmt: skip
