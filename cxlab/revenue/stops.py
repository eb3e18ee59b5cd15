"""May a step of the score be priced? Five checks, each of which may stop it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.claim import empty_table, estimate_of, estimates, finding
from cxlab.errors import FitError
from cxlab.evidence.panel import PanelEvidence
from cxlab.evidence.panel_rows import DETRACTOR, PASSIVE, PROMOTER
from cxlab.finding import Check, Estimate, Finding, Label, Message, Value, definition
from cxlab.maths import intervals
from cxlab.maths.panel import PanelFit, joint_test, panel_fit
from cxlab.quarter import Quarter

FEWEST_WAVES = 4
"""Quarters in which the score was measured: a row of the veto needs three, two rows of a customer four."""
FEWEST_MOVED = 100
"""Customers whose score changed: only they tell what a step goes with."""
FEWEST_BY_STEP = 20
"""Customers who moved into or out of each group."""
FEWEST_TESTED, FEWEST_TESTED_ROWS = 100, 500
"""Customers with two or more rows of three answered waves, and those rows: with fewer the test stops too often."""
STOP = 0.05
"""The veto stops a price below this p."""

RULE = "revenue on the scores of the quarter before, the quarter itself and the next: the next must tell nothing"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Verdict:
    """What the five checks said.

    Parameters
    ----------
    checks : tuple of Check
        waves, movers, steps, testable, order; ``passed`` is None for what could not be done.
    got, needed : tuple of int
        What each check counted and the least it needs; -1 where it counts nothing.
    veto : PanelFit or None
        The regression of the last check, where it could be done.
    """

    checks: tuple[Check, ...]
    got: tuple[int, ...]
    needed: tuple[int, ...]
    veto: PanelFit | None

    @property
    def stop(self) -> Message | None:
        """Why no price may be given: the first check that failed; None when all passed."""
        return next((check.message for check in self.checks if not check.passed), None)


def verdict(evidence: PanelEvidence) -> Verdict:
    """Ask the five checks of a panel."""
    sums, tested = evidence.price, evidence.veto
    answered = evidence.answers[:, [PASSIVE, PROMOTER, DETRACTOR]]
    waves = int((answered.sum(axis=1) > 0).sum())
    moved = evidence.moved
    by_step = int(sums.moved.min())
    enough = (tested.customers >= FEWEST_TESTED) & (tested.rows >= FEWEST_TESTED_ROWS) & (waves >= FEWEST_WAVES)
    veto, order = _order(evidence) if enough else (None, None)
    rows: Value = tested.rows
    results = (
        ("waves", waves >= FEWEST_WAVES, waves, FEWEST_WAVES),
        ("movers", moved >= FEWEST_MOVED, moved, FEWEST_MOVED),
        ("steps", by_step >= FEWEST_BY_STEP, by_step, FEWEST_BY_STEP),
        ("testable", enough and veto is not None, tested.customers, FEWEST_TESTED),
        ("order", order, -1, -1),
    )
    values: dict[str, Value] = {"rows": rows, "least_rows": FEWEST_TESTED_ROWS}
    return Verdict(
        checks=tuple(
            Check(name=name, passed=passed, message=_said(name, passed, {"n": got, "least": least, **values}))
            for name, passed, got, least in results
        ),
        got=tuple(got for *_, got, _ in results),
        needed=tuple(least for *_, least in results),
        veto=veto,
    )


def _said(name: str, passed: bool | None, values: dict[str, Value]) -> Message:
    case = "not_done" if passed is None else "passed" if passed else "failed"
    return Message(f"revenue.check.{name}.{case}", values)


def _order(evidence: PanelEvidence) -> tuple[PanelFit | None, bool | None]:
    """Fit the regression of the veto; None where it cannot be fitted."""
    try:
        fit = panel_fit(evidence.veto)
    except FitError:
        return None, None
    return fit, order_p(fit) >= STOP


def order_p(fit: PanelFit) -> float:
    """Chance of both scores of the next quarter as far from nothing by chance alone: W/2 against F(2, G - 1)."""
    following = [place for place, name in enumerate(fit.sums.scores) if name.startswith("next_")]
    covariance = fit.covariance[0][:, 0][np.ix_(following, following)]
    return joint_test(fit.coefficients[following, 0], covariance, degrees=fit.degrees)[1]


def checks(evidence: PanelEvidence, *, quarter: Quarter) -> Finding:
    """Whether a step of the score may be priced: five checks, the veto among them.

    Parameters
    ----------
    evidence : PanelEvidence
        ``panel_sums(study.panel, quarters=study.quarters)``.
    quarter : Quarter
        The quarter asked about.

    Returns
    -------
    Finding
        ``revenue.checks``: headline the checks passed, withheld when one is not; table: ``check``,
        ``outcome`` (passed, failed, not_done), ``needed``, then what was counted.
    """
    said = verdict(evidence)
    passed = sum(check.passed is True for check in said.checks)
    counted = [float(got) if got >= 0 else np.nan for got in said.got]
    table = pd.DataFrame(
        {
            "check": [check.name for check in said.checks],
            "outcome": [_case(check) for check in said.checks],
            "needed": [float(least) if least >= 0 else np.nan for least in said.needed],
            **estimates(counted, np.nan, np.nan, np.nan),
        }
    )
    headline = None
    if said.stop is None:
        n = float(passed)
        headline = Estimate(value=n, low=n, high=n, unit="count")
    message = Message(f"revenue.checks.{_first_failed(said)}", {"n": passed, "all": len(said.checks)})
    return finding(
        "revenue.checks", about=quarter, rule=definition(RULE, stop=STOP), headline=headline, message=message,
        table=table, shape="number", method=Message("revenue.method.checks"), checks=said.checks,
    )  # fmt: skip


def _case(check: Check) -> str:
    return "not_done" if check.passed is None else "passed" if check.passed else "failed"


def _first_failed(said: Verdict) -> str:
    return next((check.name for check in said.checks if not check.passed), "passed")


def veto(evidence: PanelEvidence, *, quarter: Quarter, level: float = 0.95) -> Finding:
    """Whether revenue moves before the score: revenue now by the score of the next quarter.

    Customers who are detractors next quarter are compared with themselves when they are passives next quarter,
    the scores of this quarter and of the one before held alike.

    Returns
    -------
    Finding
        ``revenue.veto``: table: ``grp``, ``p``, then the difference against passives (amount a quarter);
        headline the one told apart from zero most surely. Withheld where it could not be tested.
    """
    said = verdict(evidence)
    rule, method = definition(RULE, stop=STOP), Message("revenue.method.veto")
    if said.veto is None:
        return finding(
            "revenue.veto", about=quarter, rule=rule, headline=None, message=said.stop or said.checks[-1].message,
            table=empty_table("grp", "p"), shape="bars", method=method,
        )  # fmt: skip
    fit, rows = said.veto, _following(said.veto, level=level)
    surest = max(rows, key=lambda row: row[0])[1]
    headline = estimate_of(surest, unit="amount", level=level)
    case = "calm" if said.checks[-1].passed else "moved"
    values: dict[str, Value] = {"group": Label(of="grp", code=str(surest["grp"])), "amount": headline}
    values |= {"n": fit.sums.customers, "rows": fit.sums.rows}
    return finding(
        "revenue.veto", about=quarter, rule=rule, headline=headline,
        message=Message(f"revenue.veto.{case}", values), table=pd.DataFrame([row for _, row in rows]),
        shape="bars", method=method, checks=(said.checks[-1],),
    )  # fmt: skip


def _following(fit: PanelFit, *, level: float) -> list[tuple[float, dict[str, object]]]:
    """Size over error and row of the table, of each score of the next quarter."""
    rows, p = [], order_p(fit)
    for place, name in enumerate(fit.sums.scores):
        if name.startswith("next_"):
            value, error = float(fit.coefficients[place, 0]), float(fit.errors[place, 0])
            low, high = intervals.symmetric(value, error, level=level, degrees=fit.degrees)
            tail = estimates(value, float(low), float(high), int(fit.sums.moved[place]))
            rows.append((abs(value) / error, {"grp": name.removeprefix("next_"), "p": p, **tail}))
    return rows
