"""The two prices, and the two paths each goes by."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.claim import empty_table, estimate_of, finding
from cxlab.evidence.panel import PanelEvidence
from cxlab.finding import Check, Estimate, Finding, Message, Value, definition
from cxlab.maths import intervals
from cxlab.maths.panel import PanelFit, panel_fit, partial_r2, robustness_value
from cxlab.quarter import Quarter
from cxlab.revenue.steps import REVENUE, SPENDING, STAYING, UP, Array, amounts, mix_step, row_of
from cxlab.revenue.stops import verdict

RULE = "next quarter's revenue on the score, within customers, quarters taken out"
"""Definition of every number here."""

_CONSERVATIVE = Check(name="conservative", passed=None, message=Message("revenue.check.conservative"))


def price(evidence: PanelEvidence, *, quarter: Quarter, level: float = 0.95) -> Finding:
    """What one step of the score goes with in next quarter's revenue, of the same customer.

    Parameters
    ----------
    evidence : PanelEvidence
        ``panel_sums(study.panel, quarters=study.quarters)``.
    quarter : Quarter
        The quarter asked about.

    Returns
    -------
    Finding
        ``revenue.price``: table: ``step`` (detractor_passive, passive_promoter, mix = one step up for everyone
        who can, in this quarter's mix), ``easy_amount`` (what comparing different customers would say); headline
        the first step. Withheld when a check of `cxlab.revenue.checks` stops it.
    """
    method, stop = Message("revenue.method.price"), verdict(evidence).stop
    if stop is not None:
        return finding(
            "revenue.price", about=quarter, rule=definition(RULE), headline=None, message=stop,
            table=empty_table("step", "easy_amount"), shape="bars", method=method,
        )  # fmt: skip
    fit, pooled = panel_fit(evidence.price), panel_fit(evidence.pooled)
    mix = mix_step(evidence)
    steps = {**UP, **({} if mix is None else {"mix": mix})}
    pairs = [(step, REVENUE) for step in steps.values()]
    found, easy = amounts(fit, *pairs), amounts(pooled, *pairs)
    rows = [
        {"step": step, "easy_amount": float(easy.values[place]),
         **row_of(found.estimate(place, n=evidence.moved, level=level))}
        for place, step in enumerate(steps)
    ]  # fmt: skip
    down, up = (found.estimate(place, n=evidence.moved, level=level) for place in range(2))
    values: dict[str, Value] = {"down": down, "up": up, "quarter": quarter, "n": evidence.moved}
    return finding(
        "revenue.price", about=quarter, rule=definition(RULE), headline=down,
        message=Message(f"revenue.price.{_case(down, up)}", values), table=pd.DataFrame(rows), shape="bars",
        method=method, checks=(_who(evidence), _unseen(fit), _CONSERVATIVE),
    )  # fmt: skip


def _case(down: Estimate, up: Estimate) -> str:
    """Which of the two steps is told apart from nothing."""
    if any(each.high is not None and each.high < 0 for each in (down, up)):
        return "against"
    first, second = (each.low is not None and each.low > 0 for each in (down, up))
    if first and second:
        return "both"
    return "first" if first else "second" if second else "neither"


def _who(evidence: PanelEvidence) -> Check:
    share = evidence.revenue_moved / evidence.revenue if evidence.revenue else 0.0
    values: dict[str, Value] = {"n": evidence.moved, "share": share}
    return Check(name="identified", passed=None, message=Message("revenue.check.identified", values))


def _unseen(fit: PanelFit) -> Check:
    """How strong something unseen would have to be to explain the first step away, beside the calendar."""
    t = float(fit.coefficients[1, 0] / np.sqrt(fit.plain[0, 1, 1]))
    values: dict[str, Value] = {
        "share": robustness_value(t, degrees=fit.residual_degrees),
        "calendar": partial_r2(fit.sums),
    }
    return Check(name="unseen", passed=None, message=Message("revenue.check.unseen", values))


def paths(evidence: PanelEvidence, *, quarter: Quarter, level: float = 0.95) -> Finding:
    """How much of each step goes by staying and how much by spending; the two add up to the step.

    Staying is the share of the quarter a customer was there times what the customer brought a quarter before the
    first score used; spending is the rest of the revenue. Both are regressed on the same rows, so they add.

    Returns
    -------
    Finding
        ``revenue.paths``: table: ``path`` (step and way); headline the share of the first step that goes by
        staying, an amount where the step itself cannot be told from nothing.
    """
    method, rule = Message("revenue.method.paths"), definition(RULE, paths=True)
    if verdict(evidence).stop is not None:
        return finding(
            "revenue.paths", about=quarter, rule=rule, headline=None, message=Message("revenue.paths.not_priced"),
            table=empty_table("path"), shape="bars", method=method,
        )  # fmt: skip
    ways = {"staying": STAYING, "spending": SPENDING}
    pairs = {f"{step}_{way}": (UP[step], ways[way]) for step in UP for way in ways}
    found = amounts(panel_fit(evidence.price), *pairs.values())
    rows = [
        {"path": path, **row_of(found.estimate(place, n=evidence.moved, level=level))}
        for place, path in enumerate(pairs)
    ]
    table = pd.DataFrame(rows)
    staying, spending = (estimate_of(table.iloc[place], unit="amount", level=level) for place in range(2))
    share = staying_share(
        found.values[:2], found.covariance[:2, :2], degrees=found.degrees, n=evidence.moved, level=level
    )
    values: dict[str, Value] = {"staying": staying, "spending": spending}
    if share is None:
        message = Message("revenue.paths.amounts", values)
    else:
        message = Message("revenue.paths", {**values, "share": share})
    return finding(
        "revenue.paths", about=quarter, rule=rule, headline=staying, message=message, table=table, shape="bars",
        method=method,
    )  # fmt: skip


def staying_share(values: Array, covariance: Array, *, degrees: int, n: int, level: float) -> Estimate | None:
    """Share of the first of two amounts in their sum; None where the sum may be nothing or a part is negative.

    Interval by the delta method, cut at 0 and 1.
    """
    total, error = float(values.sum()), float(np.sqrt(covariance.sum()))
    if total - intervals.multiplier(level, degrees=degrees) * error <= 0 or (values < 0).any():
        return None
    slope = np.array([values[1], -values[0]]) / total**2
    share = float(values[0]) / total
    low, high = intervals.symmetric(share, np.sqrt(slope @ covariance @ slope), level=level, degrees=degrees)
    return Estimate(
        value=share, low=max(0.0, float(low)), high=min(1.0, float(high)), unit="share", n=n, level=level
    )
