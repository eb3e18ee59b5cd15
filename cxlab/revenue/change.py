"""What this quarter's change of the score goes with in money."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.claim import empty_table, finding
from cxlab.evidence.panel import PanelEvidence
from cxlab.evidence.panel_rows import DETRACTOR, PROMOTER
from cxlab.finding import Check, Estimate, Finding, Message, Value, definition
from cxlab.maths import intervals
from cxlab.maths.panel import PanelFit, panel_fit
from cxlab.maths.panel_mix import MixChange, mix_change, product
from cxlab.quarter import Quarter
from cxlab.revenue.price import RULE
from cxlab.revenue.steps import row_of
from cxlab.revenue.stops import verdict

HORIZONS = {"next_quarter": (1.0, 1.0), "four_quarters": (4.0, 16.0)}
"""Quarters' worth of spending and of staying. Over four quarters spending counts four times; who leaves in one
misses half of it, which is what one quarter shows, and all of the later ones: 1 + 3 + 5 + 7 = 16 halves."""


def change_cost(
    evidence: PanelEvidence, *, change: Finding | None, quarter: Quarter, level: float = 0.95
) -> Finding:
    """What the change of the score since last quarter goes with in revenue, next quarter and over four.

    The change of each group's share, times its price against passives, times the customers active at the close.
    Over four quarters the mix is taken to stay as it is now, and who left to stay away.

    Parameters
    ----------
    evidence : PanelEvidence
        ``panel_sums(study.panel, quarters=study.quarters)``.
    change : Finding or None
        ``nps.change`` of this run: the change that is being priced.

    Returns
    -------
    Finding
        ``revenue.change_cost``: table: ``horizon``; headline the next quarter (amount; negative = less revenue).
        Withheld when a check stops the price or there is no change to price.
    """
    rule, method = definition(RULE, horizons=HORIZONS), Message("revenue.method.change_cost")
    reason = _reason(evidence, change, quarter)
    if reason is not None or change is None or not isinstance(change.headline, Estimate):
        return finding(
            "revenue.change_cost", about=quarter, rule=rule, headline=None,
            message=reason or Message("revenue.change_cost.no_change", {"quarter": quarter}),
            table=empty_table("horizon"), shape="bars", method=method,
        )  # fmt: skip
    moved = _moved(evidence)
    n, fit = int(evidence.answers[-1][1:].sum()), panel_fit(evidence.price)
    found = {
        horizon: _amount(fit, moved, spending=spending, staying=staying, base=evidence.active, n=n, level=level)
        for horizon, (spending, staying) in HORIZONS.items()
    }
    return finding(
        "revenue.change_cost", about=quarter, rule=rule, headline=found["next_quarter"],
        message=_sentence(found, change.headline, quarter=quarter, revenue=4 * evidence.revenue_last),
        table=pd.DataFrame([{"horizon": name, **row_of(each)} for name, each in found.items()]), shape="bars",
        method=method, checks=(_silent(evidence),),
    )  # fmt: skip


def _moved(evidence: PanelEvidence) -> MixChange:
    """Change of the shares of promoters and detractors since last quarter."""
    mix = mix_change(evidence.answers[-2][1:], evidence.answers[-1][1:], evidence.pairs[1:, 1:])
    places = [PROMOTER - 1, DETRACTOR - 1]
    return MixChange(change=mix.change[places], covariance=mix.covariance[np.ix_(places, places)])


def _reason(evidence: PanelEvidence, change: Finding | None, quarter: Quarter) -> Message | None:
    """Why there is nothing to give; None where there is."""
    if verdict(evidence).stop is not None:
        return Message("revenue.change_cost.not_priced", {"quarter": quarter})
    answered = evidence.answers[-2:, 1:].sum(axis=1)
    if change is None or not isinstance(change.headline, Estimate) or len(answered) < 2 or not answered.all():
        return Message("revenue.change_cost.no_change", {"quarter": quarter})
    return None


def _amount(
    fit: PanelFit, moved: MixChange, *, spending: float, staying: float, base: int, n: int, level: float
) -> Estimate:
    """Change of the mix times prices times customers: the prices' and the mix's errors are independent."""
    weights = np.zeros((2, *fit.coefficients.shape))
    for group in range(2):
        weights[group, group] = spending, staying - spending  # revenue is spending and staying together
    values, covariance = fit.combined(weights)
    value, variance = base * product(moved.change, moved.covariance, values, covariance) * np.array([1.0, base])
    low, high = intervals.symmetric(value, np.sqrt(variance), level=level)
    return Estimate(value=float(value), low=float(low), high=float(high), unit="amount", n=n, level=level)


def _sentence(found: dict[str, Estimate], change: Estimate, *, quarter: Quarter, revenue: float) -> Message:
    soon, year = found["next_quarter"], found["four_quarters"]
    side = "cannot_tell"
    if year.high is not None and year.high < 0:
        side = "less"
    elif year.low is not None and year.low > 0:
        side = "more"
    values: dict[str, Value] = {"change": change, "next": soon, "four_quarters": year, "quarter": quarter}
    values |= {"amount": _size(soon), "year": _size(year), "share": abs(year.value) / revenue if revenue else 0.0}
    way = "" if side == "cannot_tell" else ".fall" if change.value < 0 else ".rise"
    return Message(f"revenue.change_cost.{side}{way}", values)


def _size(amount: Estimate) -> Estimate:
    """The same amount without its sign, for a sentence that says less or more."""
    if amount.value >= 0 or amount.low is None or amount.high is None:
        return amount
    return Estimate(
        value=-amount.value, low=-amount.high, high=-amount.low, unit="amount", n=amount.n, level=amount.level
    )


def _silent(evidence: PanelEvidence) -> Check:
    answered = int(evidence.answers[-1][1:].sum())
    share = answered / evidence.active if evidence.active else 0.0
    return Check(name="silent", passed=None, message=Message("revenue.check.silent", {"share": share}))
