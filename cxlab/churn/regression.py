"""Who goes: hazard ratios between groups, each with the others held alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.churn.patterns import Comparison, comparison, counts_of
from cxlab.claim import cluster_check, empty_table, estimate_of, estimates, finding, needs
from cxlab.errors import FitError
from cxlab.finding import Check, Estimate, Finding, Label, Message, Value, definition
from cxlab.maths import intervals, jackknife
from cxlab.maths.cloglog import CloglogFit, cloglog, cloglog_refitted
from cxlab.maths.cox import CoxCounts, CoxFit, cox, refits
from cxlab.maths.multiplicity import holm
from cxlab.maths.proportional import proportionality
from cxlab.maths.separation import unfit
from cxlab.maths.ties import Ties
from cxlab.quarter import Quarter

Array = NDArray[np.float64]
Model = Literal["cox", "cloglog"]
Fit = CoxFit | CloglogFit


def hazard_ratios(
    risk: pd.DataFrame,
    *,
    of: Sequence[str],
    quarter: Quarter,
    reference: Mapping[str, str] | None = None,
    strata: Sequence[str] = (),
    model: Model = "cox",
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
    model : {"cox", "cloglog"}
        ``cloglog`` where the clock is coarse (quarters, years): tied times would pull Cox's ratios towards 1.
    minimum : int
        Levels that never had as many at risk are left out.

    Returns
    -------
    Finding
        ``churn.hazard_ratios``: table: ``of``, ``code``, ``reference``, ``p`` (Holm over the table), then the
        ratio; n = customers of the level who left. Headline: the ratio told apart from 1 most surely.
        Withheld, in words, when a level has no finite ratio; the ratios that can be given stand in the table.
    """
    found = ratios_of(
        risk, of=of, strata=strata, reference=reference, minimum=minimum, model=model, ties=ties, level=level
    )
    table = empty_table("of", "code", "reference", "p") if found.table is None else found.table
    headline, message = (None, found.problem) if found.problem else _headline(table, level=level)
    rule = definition("Cox", of=sorted(of), strata=sorted(strata), ties=ties)
    method = Message("churn.method.hazard_ratios")
    if model == "cloglog":
        rule = definition("complementary log-log", of=sorted(of), strata=sorted(strata))
        method = Message("churn.method.hazard_ratios.cloglog")
    return finding(
        "churn.hazard_ratios", about=quarter, rule=rule, headline=headline, message=message, table=table,
        shape="forest", method=method, checks=found.checks,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ratios:
    """What was compared and what came of it.

    Parameters
    ----------
    compared : Comparison
        Who is compared with whom.
    counts, fit : CoxCounts, fit, or None
        The model, where there is one.
    refits : (buckets, p) array or None
        Coefficients without each bucket, where the intervals come from them.
    table : DataFrame or None
        Rows as `hazard_ratios` gives them.
    problem : Message or None
        Why nothing may be headlined.
    checks : tuple of Check
        What was left out, whether ratios hold for all tenures, whether links are reckoned with.
    """

    compared: Comparison
    counts: CoxCounts | None
    fit: Fit | None
    refits: Array | None
    table: pd.DataFrame | None
    problem: Message | None
    checks: tuple[Check, ...]


def ratios_of(
    risk: pd.DataFrame, *, of: Sequence[str], strata: Sequence[str] = (),
    reference: Mapping[str, str] | None = None, minimum: int = 10, model: Model = "cox", ties: Ties = "efron",
    adjusted: bool = True, level: float = 0.95,
) -> Ratios:  # fmt: skip
    """Compare levels, check the design, fit, and lay out the ratios: parameters as for `hazard_ratios`.

    With ``adjusted`` off each p stands for itself, to be adjusted over a larger table.
    """
    needs(risk, "tenure", "at_risk", *of, *strata, source="the risk table")
    compared = comparison(risk, of=of, reference=reference or {}, minimum=minimum, strata=strata)
    problem, checks = _problem(compared), compared.checks(least=minimum)
    nothing = Ratios(
        compared=compared, counts=None, fit=None, refits=None, table=None, problem=problem, checks=checks
    )
    if not compared.columns:
        return replace(nothing, problem=problem or Message("churn.hazard_ratios.no_groups"))
    counts, left_out = counts_of(compared, strata=strata)
    at_risk = counts.at_risk - counts.lost if model == "cloglog" else counts.at_risk
    found = unfit(at_risk, counts.lost, counts.design, strata=counts.strata)
    if found:
        group = compared.columns[found[0].column]
        values: dict[str, Value] = {"group": group, "of": Label(of="term", code=group.of)}
        return replace(nothing, counts=counts, problem=Message("churn.hazard_ratios.tangled", values))
    start = np.zeros(len(compared.columns))  # checked above
    fit: Fit = cloglog(counts, start=start) if model == "cloglog" else cox(counts, ties=ties, start=start)
    again = _again(fit, left_out)
    table = _table(compared, fit, again, adjusted=adjusted, level=level)
    links = _links(again, left_out)
    held = _proportional(compared, counts, fit)
    return Ratios(
        compared=compared, counts=counts, fit=fit, refits=again, table=table, problem=problem,
        checks=(*checks, held, links),
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


def ratio_table(
    compared: Comparison, fit: Fit, left_out: Sequence[CoxCounts], *, level: float
) -> tuple[pd.DataFrame, Check]:
    """Lay out the ratios of a fit, their p by Holm; say whether links inside accounts are in the intervals."""
    again = _again(fit, left_out)
    return _table(compared, fit, again, adjusted=True, level=level), _links(again, left_out)


def _table(compared: Comparison, fit: Fit, again: Array | None, *, adjusted: bool, level: float) -> pd.DataFrame:
    errors, degrees = fit.errors, None
    if again is not None:
        spread = jackknife.spread(again)
        errors, degrees = np.sqrt(spread.variance), spread.degrees
    b = fit.coefficients
    low, high = intervals.symmetric(b, errors, level=level, degrees=degrees)
    p = [jackknife.p_of(value, error, degrees=degrees) for value, error in zip(b, errors, strict=True)]
    return pd.DataFrame(
        {
            "of": [label.of for label in compared.columns],
            "code": [label.code for label in compared.columns],
            "reference": [compared.reference[label.of] for label in compared.columns],
            "p": holm(p) if adjusted else p,
            **estimates(np.exp(b), np.exp(low), np.exp(high), _losses(compared)),
        }
    )


def _again(fit: Fit, left_out: Sequence[CoxCounts]) -> Array | None:
    """Coefficients without each bucket; None (model errors have to do) where there are too few, or no refit."""
    if len(left_out) < jackknife.FEWEST_BUCKETS:
        return None
    try:
        if isinstance(fit, CloglogFit):
            return np.array([cloglog_refitted(counts, fit) for counts in left_out])
        return refits(left_out, fit)
    except (FitError, np.linalg.LinAlgError):  # all losses of a level lie in one bucket
        return None


def _links(again: Array | None, left_out: Sequence[CoxCounts]) -> Check:
    if again is None and len(left_out) >= jackknife.FEWEST_BUCKETS:
        return cluster_check(None)
    return cluster_check(len(left_out) or None)


def _losses(compared: Comparison) -> list[int]:
    rows = compared.risk
    lost = {}
    for name in compared.reference:
        levels = rows[name].cat
        lost[name] = dict(zip(levels.categories, np.bincount(levels.codes, weights=rows["lost"]), strict=False))
    return [int(lost[label.of][label.code]) for label in compared.columns]


def _proportional(compared: Comparison, counts: CoxCounts, fit: Fit) -> Check:
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
