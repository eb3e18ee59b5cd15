"""Who goes: hazard ratios between groups, each with the others held alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.churn.patterns import Comparison, comparison, counts_of
from cxlab.claim import cluster_check, empty_table, estimate_of, estimates, finding, needs
from cxlab.errors import FitError
from cxlab.finding import Check, Estimate, Finding, Label, Message, Value, definition
from cxlab.maths import intervals, jackknife
from cxlab.maths.cox import CoxCounts, CoxFit, cox
from cxlab.maths.multiplicity import holm
from cxlab.maths.proportional import proportionality
from cxlab.maths.separation import unfit
from cxlab.maths.ties import Ties
from cxlab.quarter import Quarter

Array = NDArray[np.float64]


def hazard_ratios(
    risk: pd.DataFrame,
    *,
    of: Sequence[str],
    quarter: Quarter,
    reference: Mapping[str, str] | None = None,
    strata: Sequence[str] = (),
    ties: Ties = "efron",
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """How many times as likely to leave, against the reference of each variable, the others held alike.

    Parameters
    ----------
    risk : DataFrame
        ``risk_table(lives, by=[*of, *strata], window=...)``; a weekly clock is enough and smaller. With ``bucket``
        the intervals are leave-one-bucket-out (accounts linked), else model errors.
    of : sequence of str
        Columns to compare; all their levels are dummies against the reference.
    reference : mapping, optional
        Level of each column the others are compared with; the one most left, unless told.
    strata : sequence of str
        Columns that have their own baseline instead of a ratio.
    minimum : int
        Levels that never had as many at risk are left out.

    Returns
    -------
    Finding
        ``churn.hazard_ratios``: table: ``of``, ``code``, ``reference``, ``p`` (Holm over the table), then the
        ratio; n = customers of the level who left. Headline: the ratio told apart from 1 most surely.
        Withheld, in words, when a level has no finite ratio; the ratios that can be given stand in the table.
    """
    needs(risk, "tenure", "at_risk", *of, *strata, source="the risk table")
    compared = comparison(risk, of=of, reference=reference or {}, minimum=minimum)
    problem, table, checks = _problem(compared), None, [_left_out(compared, least=minimum)]
    if compared.columns:
        counts, left_out = counts_of(compared, strata=strata)
        found = unfit(counts.at_risk, counts.lost, counts.design, strata=counts.strata)
        if found:
            group = compared.columns[found[0].column]
            problem = Message(
                "churn.hazard_ratios.tangled", {"group": group, "of": Label(of="term", code=group.of)}
            )
        else:
            fit = cox(counts, ties=ties, start=np.zeros(len(compared.columns)))  # checked above
            table, check = ratio_table(compared, fit, left_out, level=level)
            checks += [_proportional(compared, counts, fit), check]
    elif problem is None:
        problem = Message("churn.hazard_ratios.no_groups")
    if table is None:
        table = empty_table("of", "code", "reference", "p")
    headline, message = (None, problem) if problem else _headline(table, level=level)
    rule = definition("Cox", of=sorted(of), strata=sorted(strata), ties=ties)
    return finding(
        "churn.hazard_ratios", about=quarter, rule=rule, headline=headline, message=message, table=table,
        shape="forest", method=Message("churn.method.hazard_ratios"), checks=tuple(checks),
    )  # fmt: skip


def _problem(compared: Comparison) -> Message | None:
    if not compared.risk["lost"].any():
        return Message("churn.hazard_ratios.nobody_left")
    if compared.nobody_left:
        group = compared.nobody_left[0]
        values: dict[str, Value] = {"group": group, "of": Label(of="term", code=group.of)}
        if len(compared.nobody_left) > 1:
            return Message("churn.hazard_ratios.separated_many", {"groups": compared.nobody_left})
        return Message("churn.hazard_ratios.separated", values)
    return None


def _left_out(compared: Comparison, *, least: int) -> Check:
    if compared.too_small:
        values: dict[str, Value] = {"n": len(compared.too_small), "least": least}
        return Check(name="hidden", passed=None, message=Message("check.hidden", values))
    return Check(name="hidden", passed=True, message=Message("check.nothing_hidden", {"least": least}))


def ratio_table(
    compared: Comparison, fit: CoxFit, left_out: Sequence[CoxCounts], *, level: float
) -> tuple[pd.DataFrame, Check]:
    """Lay out the ratios of a fit, their p by Holm; say whether links inside accounts are in the intervals."""
    errors, degrees, check = _errors(fit, left_out)
    b = fit.coefficients
    low, high = intervals.symmetric(b, errors, level=level, degrees=degrees)
    p = [jackknife.p_of(value, error, degrees=degrees) for value, error in zip(b, errors, strict=True)]
    table = pd.DataFrame(
        {
            "of": [label.of for label in compared.columns],
            "code": [label.code for label in compared.columns],
            "reference": [compared.reference[label.of] for label in compared.columns],
            "p": holm(p),
            **estimates(np.exp(b), np.exp(low), np.exp(high), _losses(compared)),
        }
    )
    return table, check


def _errors(fit: CoxFit, left_out: Sequence[CoxCounts]) -> tuple[Array, int | None, Check]:
    """Standard errors from refits without each bucket; model errors where there are too few, or no refit."""
    if len(left_out) < jackknife.FEWEST_BUCKETS:
        return fit.errors, None, cluster_check(len(left_out) or None)
    try:
        refits = [cox(counts, ties=fit.ties, start=fit.coefficients).coefficients for counts in left_out]
    except (FitError, np.linalg.LinAlgError):  # all losses of a level lie in one bucket
        return fit.errors, None, cluster_check(None)
    spread = jackknife.spread(refits)
    return np.sqrt(spread.variance), spread.degrees, cluster_check(len(left_out))


def _losses(compared: Comparison) -> list[int]:
    rows = compared.risk
    return [int(rows.loc[rows[label.of] == label.code, "lost"].sum()) for label in compared.columns]


def _proportional(compared: Comparison, counts: CoxCounts, fit: CoxFit) -> Check:
    """Say whether the ratios may stand for all tenures; p adjusted over the variables."""
    names = list(compared.reference)
    groups = [[c for c, label in enumerate(compared.columns) if label.of == name] for name in names]
    each, _ = proportionality(counts, fit, groups=groups)
    adjusted = holm([test.p for test in each])
    drifting = tuple(Label(of="term", code=name) for name, p in zip(names, adjusted, strict=True) if p < 0.05)
    if drifting:
        message = Message("churn.check.drifting", {"variables": drifting})
        return Check(name="proportional", passed=False, message=message)
    return Check(name="proportional", passed=True, message=Message("churn.check.proportional"))


def _headline(table: pd.DataFrame, *, level: float) -> tuple[Estimate, Message]:
    """Pick the ratio farthest from 1 for its uncertainty, and say it as more or as less likely."""
    logs = np.log(table[["estimate", "low", "high"]].to_numpy(dtype=float))
    row = table.iloc[int(np.argmax(np.abs(logs[:, 0]) / (logs[:, 2] - logs[:, 1])))]
    ratio = estimate_of(row, unit="ratio", level=level)
    values: dict[str, Value] = {
        "group": Label(of=row["of"], code=row["code"]),
        "reference": Label(of=row["of"], code=row["reference"]),
        "ratio": ratio,
        "told": int((table["p"] < 0.05).sum()),
        "all": len(table),
    }
    case = "cannot_tell" if row["p"] >= 0.05 else "more" if ratio.value > 1 else "less"
    return ratio, Message(f"churn.hazard_ratios.{case}", values)
