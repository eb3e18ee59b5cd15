"""The same question asked of a whole study: so that this quarter and an earlier one are asked alike."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal, TypedDict

from cxlab.churn.after_answer import after_answer
from cxlab.churn.backtest import backtest
from cxlab.churn.beyond import beyond
from cxlab.churn.by_month import by_month
from cxlab.churn.cases import cases
from cxlab.churn.change import left_where
from cxlab.churn.cohorts import cohorts
from cxlab.churn.definition import definition
from cxlab.churn.experience import experience
from cxlab.churn.measured import measured
from cxlab.churn.measured_graded import measured_graded
from cxlab.churn.movement import left
from cxlab.churn.subdistribution import subdistribution
from cxlab.churn.unpaid import gone_unpaid
from cxlab.churn.value import kept, value_lost, value_steps
from cxlab.churn.worth_saving import at_risk_by, at_risk_value, worth_saving
from cxlab.claim import scope_of
from cxlab.errors import DataError
from cxlab.evidence.cases import case_table
from cxlab.evidence.cohorts import cohort_customers, cohort_revenue
from cxlab.evidence.experience import answers_known, experience_table
from cxlab.evidence.followed import followed
from cxlab.evidence.landmarks import landmark_table
from cxlab.evidence.measured import measured_spells
from cxlab.evidence.months import monthly_losses
from cxlab.evidence.movement import added, movements
from cxlab.evidence.risk import risk_table
from cxlab.evidence.stock import stock_table
from cxlab.evidence.value_band import SHARES, account_sums, value_edges, with_value_band
from cxlab.evidence.value_moves import NO_MOVES, value_moves
from cxlab.evidence.values import acquisition_costs
from cxlab.finding import Finding
from cxlab.quarter import Quarter, Window

if TYPE_CHECKING:
    import pandas as pd

    from cxlab.tables.study import Study


class _Asked(TypedDict):
    """What every question of money is asked with."""

    quarter: Quarter
    amount: Literal["margin", "revenue"]
    level: float
    minimum: int


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


def cases_at(study: Study) -> Finding | None:
    """Compare who leaves after a case that was solved, and after one that was not (``churn.cases``).

    Returns
    -------
    Finding or None
        None where the study has no cases.
    """
    if "loop_cases" not in study.tables:
        return None
    return cases(
        case_table(study.lives, study.tables["loop_cases"], by=["plan"], window=study.window, bucket=True),
        quarter=study.quarter, level=study.config.level, minimum=study.config.minimum_n,
    )  # fmt: skip


def definition_at(study: Study) -> Finding | None:
    """Lay other rules of when a customer is gone beside the study's own (``churn.definition``).

    Returns
    -------
    Finding or None
        None where nobody's leaving goes by an activity rule.
    """
    if not study.by_activity:
        return None
    concerned = scope_of(study.events, first=study.quarter.start, close=study.quarter.end)
    by = [] if concerned is None else [concerned[0]]
    quarters = study.quarters[-2:]
    others = movements(study.unruled, quarters=quarters, by=by, bucket=True)
    moves = {
        "own": movements(study.lives, quarters=quarters, by=by, bucket=True),
        "days_30": added(others, movements(study.ruled_under(30), quarters=quarters, by=by, bucket=True)),
        "days_60": added(others, movements(study.ruled_under(60), quarters=quarters, by=by, bucket=True)),
        "days_90": added(others, movements(study.ruled_under(90), quarters=quarters, by=by, bucket=True)),
    }
    return definition(
        moves, concerned=concerned, quarter=study.quarter, level=study.config.level, minimum=study.config.minimum_n
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


def after_answer_at(study: Study, *, horizon_months: int = 12) -> Finding | None:
    """Say who is still a customer months after which answer (``churn.after_answer``), from every earlier close.

    Returns
    -------
    Finding or None
        None where `experience_at` is.
    """
    if study.load.cannot_run("revenue") or len(study.quarters) < 2:
        return None
    known = answers_known(study.panel, quarters=study.quarters[:-1])
    return after_answer(
        landmark_table(study.lives, known, by=["grp"], window=study.window, bucket=True),
        quarter=study.quarter, horizon_months=horizon_months, level=study.config.level,
        minimum=study.config.minimum_n,
    )  # fmt: skip


def value_at(study: Study) -> tuple[Finding, Finding | None, Finding | None]:
    """Follow the money from last close to this one: with whom it left, who is still there, all of its steps.

    Returns
    -------
    tuple of Finding or None
        ``churn.value_lost``, ``churn.kept``, ``churn.value_steps``. The first says so where the study's window
        shows no quarter before, or no amounts are known; the others are None there.
    """
    quarter, amount, level = study.quarter, study.config.amount, study.config.level
    if (quarter - 1).start < study.window.open:
        return value_lost(NO_MOVES, quarter=quarter, amount=amount, level=level), None, None
    try:
        before = study.earlier(1)
    except DataError:
        return value_lost(NO_MOVES, quarter=quarter, amount=amount, level=level), None, None
    moved = value_moves(study.lives, before.lives, quarter=study.quarter, bucket=True)
    return (
        value_lost(moved, quarter=quarter, amount=amount, level=level, minimum=study.config.minimum_n),
        kept(moved, quarter=quarter, amount=amount, level=level),
        value_steps(moved, quarter=quarter, amount=amount, level=level) if moved[amount].any() else None,
    )


def saving_at(study: Study, risk: pd.DataFrame) -> tuple[Finding | None, ...]:
    """Say where the money at risk lies: by segment, account and tenth of value, and where value and risk meet.

    Parameters
    ----------
    risk : DataFrame
        ``risk_table(study.lives, by=["plan"], window=study.window, quarter=True)`` by day.

    Returns
    -------
    tuple of Finding or None
        ``churn.at_risk_segment`` and ``churn.at_risk_account_kind``, each None where there are not two groups;
        ``churn.at_risk_value_decile``, ``churn.worth_saving``. All None where no amounts are known, which
        ``churn.at_risk`` says.
    """
    amount, window = study.config.amount, study.window
    sums = account_sums(study.lives, window=window, amount=amount)
    edges = value_edges(study.lives, window=window, amount=amount, accounts=sums)
    banded = partial(with_value_band, window=window, amount=amount, edges=edges, accounts=sums)
    by = ["plan", "segment", "account_kind", "value_band"]
    stock = stock_table(study.lives, by=by, window=window, told=banded)
    if not stock[study.config.amount].any():
        return None, None, None, None
    asked: _Asked = {
        "quarter": study.quarter, "amount": study.config.amount, "level": study.config.level,
        "minimum": study.config.minimum_n,
    }  # fmt: skip
    segments, accounts = (
        at_risk_by(stock, risk, of=of, **asked) if stock[of].nunique() > 1 else None
        for of in ("segment", "account_kind")
    )
    return (
        segments, accounts, at_risk_value(stock, risk, edges=edges, shares=SHARES, **asked),
        worth_saving(stock, risk, edges=edges, shares=SHARES, **asked),
    )  # fmt: skip


def beyond_at(study: Study, everyone: pd.DataFrame) -> Finding:
    """Say how many newcomers stay beyond what was seen (``churn.beyond``).

    Parameters
    ----------
    everyone : DataFrame
        ``risk_table(study.lives, window=study.window, bucket=True)`` by day: a law that those who joined earlier
        contradict is not used.
    """
    joined = study.lives.filter(study.lives.entry_days == 0)
    return beyond(
        risk_table(joined, window=study.window, bucket=True), everyone=everyone, quarter=study.quarter,
        level=study.config.level, minimum=study.config.minimum_n,
    )  # fmt: skip


def subdistribution_at(study: Study) -> Finding:
    """Who will have left for the most common reason (``churn.subdistribution``): those seen from day one."""
    window = study.window
    joined = study.lives.filter(study.lives.start_day >= window.open_day)
    return subdistribution(
        risk_table(joined, by=["plan"], window=window, period="week", causes="reason", bucket=True),
        by="plan", quarter=study.quarter, reference=study.config.rules.reference.get("plan", ""),
        level=study.config.level, minimum=study.config.minimum_n,
    )  # fmt: skip


def cohorts_at(study: Study) -> Finding:
    """What of each joining quarter is still there (``churn.cohorts``); revenue too where the study has any."""
    customers = cohort_customers(study.lives, quarters=study.quarters)
    revenue = None
    if not study.load.cannot_run("revenue"):
        revenue = cohort_revenue(study.panel, quarters=study.quarters)
    return cohorts(
        customers, revenue, quarter=study.quarter, level=study.config.level, minimum=study.config.minimum_n
    )


def by_month_at(study: Study) -> Finding:
    """Who left in which calendar month, beside the year before (``churn.by_month``)."""
    losses = monthly_losses(study.lives, window=study.window, bucket=True)
    return by_month(losses, quarter=study.quarter, level=study.config.level, minimum=study.config.minimum_n)


def gone_unpaid_at(study: Study) -> Finding | None:
    """Say who is gone before the cost of winning them is earned back (``churn.gone_unpaid``).

    Returns
    -------
    Finding or None
        None where no cost of winning a customer is known.
    """
    if "customers" not in study.tables:
        return None
    lives, window, config = study.lives, study.window, study.config
    costs = acquisition_costs(study.tables["customers"], window=window)
    if costs.empty:
        return None
    return gone_unpaid(
        costs, stock_table(lives, by=["acq_source"], window=window),
        risk_table(lives, by=["acq_source"], window=window, bucket=True),
        quarter=study.quarter, discount_share_year=config.rules.discount_share_year, amount=config.amount,
        level=config.level, minimum=config.minimum_n,
    )  # fmt: skip


def measured_at(study: Study, names: str, *, horizon_months: int = 12) -> tuple[Finding | None, Finding | None]:
    """Say who goes by numbers measured and not cut into groups, and grade what they tell of who stays.

    Parameters
    ----------
    names : str
        Columns of numbers of ``customers`` or ``contracts``, a comma between them; none: nothing is asked.
    horizon_months : int
        Months after which is looked who stayed.

    Returns
    -------
    tuple of Finding or None
        ``churn.measured``; ``churn.measured_graded``, of those followed from their first day. None where no number
        is named.
    """
    of = [name.strip() for name in names.split(",") if name.strip()]
    if not of:
        return None, None
    spells = measured_spells(study.lives, study.tables, of=of, window=study.window)
    level, minimum = study.config.level, study.config.minimum_n
    return (
        measured(spells, of=of, quarter=study.quarter, level=level, minimum=minimum),
        measured_graded(
            spells[spells["entry"] == 0], of=of, quarter=study.quarter, horizon_months=horizon_months, level=level,
            minimum=minimum,
        ),
    )  # fmt: skip
