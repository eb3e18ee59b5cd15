"""How wrong the easy answer is: different customers compared, against the same ones over time."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cxlab.claim import empty_table, finding
from cxlab.errors import FitError
from cxlab.evidence.panel import BANDS, PanelEvidence
from cxlab.finding import Check, Estimate, Finding, Label, Message, Value, definition
from cxlab.maths.panel import joint_test, panel_fit
from cxlab.quarter import Quarter
from cxlab.revenue.price import RULE
from cxlab.revenue.steps import REVENUE, UP, WHOLE_WAY, Amounts, amounts, row_of
from cxlab.revenue.stops import FEWEST_BY_STEP, verdict


def easy_answer(evidence: PanelEvidence, *, quarter: Quarter, level: float = 0.95) -> Finding:
    """What comparing promoters with detractors directly would say, beside the same customers over time.

    Returns
    -------
    Finding
        ``revenue.easy_answer``: table: ``specification`` (pooled, within, same_quarter = within, the score of the
        same quarter held alike), then a promoter against a detractor (amount in the next quarter); headline the
        pooled one. Withheld when a check stops the price.
    """
    rule, method = definition(RULE, pooled=True), Message("revenue.method.easy_answer")
    if verdict(evidence).stop is not None:
        return _withheld("revenue.easy_answer", "specification", quarter=quarter, rule=rule, method=method)
    found = _whole_way(evidence, level=level)
    pooled, within = found["pooled"], found["within"]
    values: dict[str, Value] = {"pooled": pooled, "within": within}
    case = "alike"
    if pooled.low is not None and pooled.low > within.value > 0:
        case, values["times"] = "more", pooled.value / within.value
    elif pooled.high is not None and pooled.high < within.value:
        case = "less"
    return finding(
        "revenue.easy_answer", about=quarter, rule=rule, headline=pooled,
        message=Message(f"revenue.easy_answer.{case}", values),
        table=pd.DataFrame([{"specification": name, **row_of(each)} for name, each in found.items()]),
        shape="bars", method=method,
    )  # fmt: skip


def _whole_way(evidence: PanelEvidence, *, level: float) -> dict[str, Estimate]:
    """A promoter against a detractor by each model that can be fitted."""
    models = {"pooled": evidence.pooled, "within": evidence.price, "same_quarter": evidence.same_quarter}
    found = {}
    for name, sums in models.items():
        try:
            fit = panel_fit(sums)
        except FitError:
            continue
        n = sums.customers or evidence.price.customers  # pooled, the same customers are not told apart
        found[name] = amounts(fit, (WHOLE_WAY, REVENUE)).estimate(0, n=n, level=level)
    return found


def by_band(evidence: PanelEvidence, *, quarter: Quarter, level: float = 0.95, minimum: int = 10) -> Finding:
    """What the first step goes with among customers who brought little, middling and much before.

    The headline weights customers by how much their score moves, not by their money; this shows what that hides.

    Returns
    -------
    Finding
        ``revenue.by_band``: table: ``band`` (thirds by revenue before), then detractor to passive; headline the
        upper third. Withheld when a check stops the price, or fewer than two thirds can be told.
    """
    rule, method = definition(RULE, bands=len(BANDS)), Message("revenue.method.by_band")
    if verdict(evidence).stop is not None:
        return _withheld("revenue.by_band", "band", quarter=quarter, rule=rule, method=method)
    found = _bands(evidence, minimum=minimum)
    rows = {name: one.estimate(0, n=evidence.bands[name].customers, level=level) for name, one in found.items()}
    table = pd.DataFrame([{"band": name, **row_of(each)} for name, each in rows.items()])
    if len(rows) < 2:
        values: dict[str, Value] = {"least": FEWEST_BY_STEP}
        return finding(
            "revenue.by_band", about=quarter, rule=rule, headline=None,
            message=Message("revenue.by_band.too_few", values), table=empty_table("band"), shape="bars",
            method=method,
        )  # fmt: skip
    first, *_, last = rows
    case = "differ" if _differ(found) else "alike"
    return finding(
        "revenue.by_band", about=quarter, rule=rule, headline=rows[last],
        message=Message(f"revenue.by_band.{case}", {
            "low": rows[first], "high": rows[last], "low_band": Label(of="band", code=first),
            "high_band": Label(of="band", code=last),
        }),
        table=table, shape="bars", method=method, checks=(_left_out(len(BANDS) - len(rows)),),
    )  # fmt: skip


def _bands(evidence: PanelEvidence, *, minimum: int) -> dict[str, Amounts]:
    """The first step in each third in which enough customers moved, as far as they may be shown."""
    found = {}
    for name, sums in evidence.bands.items():
        if sums.moved.min() >= max(FEWEST_BY_STEP, minimum):
            try:
                found[name] = amounts(panel_fit(sums), (UP["detractor_passive"], REVENUE))
            except FitError:
                continue
    return found


def _differ(found: Mapping[str, Amounts]) -> bool:
    """Whether the first and the last third differ: they share no account, so their errors are independent."""
    first, *_, last = found.values()
    gap, error = last.values - first.values, last.covariance + first.covariance
    return joint_test(gap, error, degrees=min(first.degrees, last.degrees))[1] < 0.05


def _left_out(bands: int) -> Check:
    if bands:
        values: dict[str, Value] = {"n": bands, "least": FEWEST_BY_STEP}
        return Check(name="bands", passed=None, message=Message("revenue.check.bands.some", values))
    return Check(name="bands", passed=True, message=Message("revenue.check.bands.all"))


def _withheld(name: str, column: str, *, quarter: Quarter, rule: str, method: Message) -> Finding:
    return finding(
        name, about=quarter, rule=rule, headline=None, message=Message(f"{name}.not_priced"),
        table=empty_table(column), shape="bars", method=method,
    )  # fmt: skip
