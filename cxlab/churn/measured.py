"""Numbers measured of customers and not cut into groups: who goes by them, fitted row by row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.claim import cluster_check, empty_table, estimate_of, estimates, finding, needs
from cxlab.errors import FitError
from cxlab.finding import Check, Finding, Label, Message, Value, definition
from cxlab.maths import intervals, jackknife
from cxlab.maths.cox_rows import cox_rows
from cxlab.maths.multiplicity import holm
from cxlab.quarter import Quarter

NAME = "churn.measured"


def measured(
    spells: pd.DataFrame,
    *,
    of: Sequence[str],
    quarter: Quarter,
    by: str = "plan",
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """How many times as likely to leave for one standard deviation more of each number, the others held alike.

    Proportional hazards by row with Efron's ties, a baseline for each group of ``by``; sandwich errors by account
    [1]_.

    Parameters
    ----------
    spells : DataFrame
        ``measured_spells(lives, tables, of=of, by=by, window=...)``.
    of : sequence of str
        The numbers, known when each spell began.
    by : str
        Column inside whose groups customers are compared.
    minimum : int
        Fewer losses are not fitted.

    Returns
    -------
    Finding
        ``churn.measured``: table: ``term`` (the number), ``spread`` (its standard deviation, in its own unit),
        ``p`` (Holm), then the ratio; n = customers lost. Headline: the ratio told apart from 1 most surely.
        Withheld, in words, where nothing can be fitted.

    References
    ----------
    .. [1] Lin, D. Y. and Wei, L. J. (1989). The robust inference for the Cox proportional hazards model. JASA 84.
    """
    needs(spells, "entry", "stop", "lost", by, "account", *of, source="measured_spells(...)")
    known, compared, checks = comparable(spells, of=of, by=by)
    rule = definition("Cox by row", of=sorted(of), strata=by)
    lost = int(known["lost"].sum())
    table, message = empty_table("term", "spread", "p"), Message(f"{NAME}.few", {"n": lost, "least": minimum})
    if not compared:
        message = Message(f"{NAME}.alike", {"variables": _terms(of)})
    elif lost >= minimum:
        try:
            table = _ratios(known, of=compared, by=by, level=level)
        except FitError:
            message = Message(f"{NAME}.unfit", {"variables": _terms(compared)})
    accounts = known["account"].nunique() if len(table) else 0
    links = (cluster_check(min(accounts, jackknife.BUCKETS)),) if accounts < jackknife.BUCKETS else (_linked(),)
    headline = None
    if len(table):
        row = table.iloc[int(table["p"].argmin())]
        headline = estimate_of(row, unit="ratio", level=level)
        values: dict[str, Value] = {"variable": Label(of="term", code=str(row["term"])), "ratio": headline}
        case = NAME + ".cannot_tell" * bool(row["p"] >= 0.05)
        message = Message(case, {**values, "by": Label(of="term", code=by)})
    return finding(
        NAME, about=quarter, rule=rule, headline=headline, message=message, table=table, shape="forest",
        method=Message("churn.method.measured", {"by": Label(of="term", code=by)}),
        checks=(*checks, *(links if len(table) else ())),
    )  # fmt: skip


def comparable(
    spells: pd.DataFrame, *, of: Sequence[str], by: str
) -> tuple[pd.DataFrame, list[str], tuple[Check, ...]]:
    """Leave out rows of which a number is not known, and numbers in which all in a group of ``by`` are alike."""
    known = spells.dropna(subset=[by, *of])
    found = []
    if len(known) < len(spells):
        values: dict[str, Value] = {"n": len(spells) - len(known), "all": len(spells), "variables": _terms(of)}
        found.append(Check(name="known", passed=None, message=Message("churn.check.not_measured", values)))
    varies = [name for name in of if len(known) and (known.groupby(by)[name].nunique() > 1).any()]
    alike = [name for name in of if name not in varies]
    if alike and len(known):
        values = {"variables": _terms(alike), "by": Label(of="term", code=by)}
        found.append(Check(name="varies", passed=None, message=Message("churn.check.alike_within", values)))
    return known, varies, tuple(found)


def design_of(rows: pd.DataFrame, of: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Numbers in standard deviations from their mean, and the standard deviations."""
    x = rows[list(of)].to_numpy(dtype=float)
    spread = x.std(axis=0)
    return (x - x.mean(axis=0)) / spread, spread


def _ratios(rows: pd.DataFrame, *, of: Sequence[str], by: str, level: float) -> pd.DataFrame:
    x, spread = design_of(rows, of)
    found = cox_rows(
        rows["stop"], rows["lost"], x, start=rows["entry"], strata=rows[by].to_numpy(dtype=str), names=list(of)
    )
    b = found.fit.coefficients
    errors = np.sqrt(np.diag(found.robust_covariance(rows["account"])))
    low, high = intervals.symmetric(b, errors, level=level)
    p = [jackknife.p_of(value, error, degrees=None) for value, error in zip(b, errors, strict=True)]
    return pd.DataFrame({
        "term": list(of), "spread": spread, "p": holm(p),
        **estimates(np.exp(b), np.exp(low), np.exp(high), int(rows["lost"].sum())),
    })  # fmt: skip


def _terms(names: Sequence[str]) -> tuple[Label, ...]:
    return tuple(Label(of="term", code=name) for name in names)


def _linked() -> Check:
    return Check(name="links", passed=True, message=Message("churn.check.sandwich"))
