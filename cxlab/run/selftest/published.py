"""Answers to what was published elsewhere, from the data it was published on."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from itertools import product
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cxlab.maths import intervals, net_change, net_score
from cxlab.maths.agreement import alpha, cohen, fleiss
from cxlab.maths.buying import BuyingFit
from cxlab.maths.cohorts import CohortFit, shifted_beta_geometric
from cxlab.maths.competing import aalen_johansen
from cxlab.maths.cox import CoxCounts, cox, cox_counts
from cxlab.maths.expected import purchases
from cxlab.maths.multiplicity import benjamini_hochberg
from cxlab.maths.panel import robustness_value
from cxlab.maths.survival import kaplan_meier, log_rank, quantile
from cxlab.run.selftest.asked import Got

Array = NDArray[np.float64]
Data = Mapping[str, Any]
ROSSI = ("fin", "age", "race", "wexp", "mar", "paro", "prio")


def cox_lung(_: Data) -> dict[str, Got]:
    """Cox regression with ties, rows with a missing value left out."""
    names = ["age", "sex", "ph.ecog"]
    rows = _dataset("lung").dropna(subset=names)
    counts = _cox(rows["time"], rows["status"], rows[names])
    fit = cox(counts)
    found = {f"coefficient, {name}": value for name, value in zip(names, fit.coefficients, strict=True)}
    found |= {f"error, {name}": value for name, value in zip(names, fit.errors, strict=True)}
    found["log-likelihood, Efron"] = fit.log_likelihood
    found["log-likelihood, Breslow"] = cox(counts, ties="breslow").log_likelihood
    return _plain(found)


def survival_lung(_: Data) -> dict[str, Got]:
    """Kaplan-Meier, its median, and the log-rank test of two groups."""
    rows = _dataset("lung")
    times, n, d, _groups = _grid(rows["time"], rows["status"])
    curve = kaplan_meier(times, n[:, 0], d[:, 0])
    found = {f"staying at {time}": float(curve.at([time])[0]) for time in (100, 365, 730)}
    _times, n, d, _groups = _grid(rows["time"], rows["status"], by=rows["sex"])
    return _plain({**found, "median": _median(curve), "log-rank by sex": log_rank(n, d).statistic})


def cox_rossi(_: Data) -> dict[str, Got]:
    """Cox regression with seven covariates."""
    rows = _dataset("rossi")
    fit = cox(_cox(rows["week"], rows["arrest"], rows[list(ROSSI)]))
    found = dict(zip(ROSSI, fit.coefficients, strict=True))
    return _plain({**found, "log-likelihood": fit.log_likelihood})


def leukaemia(data: Data) -> dict[str, Got]:
    """Two small groups: medians, log-rank, hazard ratio."""
    sizes = len(data["treated"]), len(data["placebo"])
    time = np.array([*data["treated"], *data["placebo"]])
    lost = np.array([*data["treated_lost"], *[1] * sizes[1]])
    placebo = np.repeat([0, 1], sizes)
    times, n, d, _groups = _grid(time, lost, by=placebo)
    curves = [kaplan_meier(times, n[:, group], d[:, group]) for group in range(2)]
    return _plain(
        {
            "median, 6-MP": _median(curves[0]),
            "median, placebo": _median(curves[1]),
            "log-rank": log_rank(n, d).statistic,
            "hazard ratio, Efron": np.exp(cox(_cox(time, lost, placebo)).coefficients[0]),
        }
    )


def cox_replicated(data: Data) -> dict[str, Got]:
    """Counts mean so many rows alike."""
    fit = cox(_cox(data["time"], data["status"], data["x"], weight=data["weight"]))
    return _plain({"coefficient": fit.coefficients[0]})


def wilson(_: Data) -> dict[str, Got]:
    """Interval of a share."""
    low, high = intervals.wilson(81, 263)
    return _plain({"low": float(low), "high": float(high)})


def false_discovery(data: Data) -> dict[str, Got]:
    """How many of fifteen tests are discoveries."""
    return _plain({"rejected": (benjamini_hochberg(data["p"]) <= 0.05).sum()})


def agreement(data: Data) -> dict[str, Got]:
    """Agreement of observers, on four scales and for two codes."""
    readings = np.array(data["observers"], dtype=float).T
    readings[readings == 0] = np.nan
    found = {metric: alpha(readings, metric=metric) for metric in ("nominal", "ordinal", "interval", "ratio")}
    return _plain({**found, "binary": alpha(np.transpose(data["binary"]))})


def kappa(data: Data) -> dict[str, Got]:
    """Agreement of two, and of six who read each patient."""
    read = [np.repeat(np.arange(5), row) for row in data["diagnoses"]]
    return _plain({"Cohen": cohen(data["pairs"], counts=data["counts"]), "Fleiss": fleiss(read)})


def staying_law(data: Data) -> dict[str, Got]:
    """The law of staying of a contract, and the discounted lifetime of its printed parameters."""
    alive = np.array(data["alive"])
    fit = shifted_beta_geometric(alive[:-1], alive[:-1] - alive[1:])
    printed = CohortFit(alpha=0.668, beta=3.806, log_likelihood=0.0)
    found = {"alpha": fit.alpha, "beta": fit.beta, "log-likelihood": fit.log_likelihood}
    return _plain({**found, "discounted lifetime": printed.annuity(discount=0.1)})


def buying_expected(data: Data) -> dict[str, Got]:
    """Purchases expected of one customer, by the printed parameters."""
    nothing = np.zeros(0)
    law = {name: data[name] for name in ("r", "alpha", "a", "b")}
    fit = BuyingFit(**law, dropout="varied", log_likelihood=0.0, bic=0.0, parameters=nothing, hessian=nothing)
    found = purchases(fit, data["x"], data["t_x"], data["total"], horizon=data["horizon"])
    return _plain({"purchases in 39 weeks": float(found)})


def score_interval(_: Data) -> dict[str, Got]:
    """Interval of a difference of paired shares, by inverting its test."""
    low, high = net_score.tango(1, 13, 7)
    return _plain({"low": float(low) / 100, "high": float(high) / 100})


def score_coverage(_: Data) -> dict[str, Got]:
    """Chance, counted out, that the interval of 20 answers holds the true score, where it is smallest."""
    n = 20
    p, d = (each[np.add.outer(np.arange(n + 1), np.arange(n + 1)) <= n] for each in np.indices((n + 1, n + 1)))
    ways = np.array([comb(n, a) * comb(n - a, b) for a, b in zip(p, d, strict=True)], dtype=float)
    low, high = net_score.adjusted_wald(p, n - p - d, d)
    covered = []
    for up, down in product(np.arange(1, 9) / 10, repeat=2):
        if up + down < 0.95:
            chance = ways * up**p * down**d * (1 - up - down) ** (n - p - d)
            true = 100 * (up - down)
            covered.append(chance[(low <= true + 1e-9) & (true - 1e-9 <= high)].sum())
    return _plain({"worst coverage": min(covered)})


def score_power(_: Data) -> dict[str, Got]:
    """Smallest change of the score that is seen four times in five."""
    spread = 100**2 * (0.5 + 0.2 - 0.3**2)
    return _plain({"points": float(net_change.smallest_seen(np.sqrt(2 * spread / 400)))})


def robustness(_: Data) -> dict[str, Got]:
    """How strong something unseen would have to be."""
    return _plain({"robustness value": robustness_value(4.18445, degrees=783)})


def competing(_: Data) -> dict[str, Got]:
    """Two ways of leaving: the share of one, and what looking at it alone would claim."""
    n, at_risk, lost = 100_000.0, [], []
    for _month in range(12):
        at_risk.append(n)
        lost.append((n * 0.0487, n * 0.0470))
        n -= sum(lost[-1])
    found = aalen_johansen(range(1, 13), at_risk, lost)
    names = ("truly left one way", "claimed by looking at that way alone")
    return _plain(dict(zip(names, (found.share[-1, 0], found.alone[-1, 0]), strict=True)))


ANSWERS = {
    "cox_lung": cox_lung, "survival_lung": survival_lung, "cox_rossi": cox_rossi, "leukaemia": leukaemia,
    "cox_replicated": cox_replicated, "wilson": wilson, "false_discovery": false_discovery, "alpha": agreement,
    "kappa": kappa, "staying_law": staying_law, "buying_expected": buying_expected,
    "score_interval": score_interval, "score_coverage": score_coverage, "score_power": score_power,
    "robustness": robustness, "competing": competing,
}  # fmt: skip
"""By question of ``known.toml``."""


def _dataset(name: str) -> pd.DataFrame:
    """Read a data set that lifelines brings, without importing it: that is slow."""
    found = find_spec("lifelines")
    assert found is not None
    assert found.submodule_search_locations is not None
    return pd.read_csv(Path(found.submodule_search_locations[0]) / "datasets" / f"{name}.csv")


def _plain(found: Mapping[str, Any]) -> dict[str, Got]:
    return {what: Got(value=float("nan") if value is None else float(value)) for what, value in found.items()}


def _median(curve: Any) -> float:  # noqa: ANN401
    return float(quantile(curve)[0] or np.nan)


def _grid(
    time: ArrayLike, lost: ArrayLike, *, by: ArrayLike | None = None, weight: ArrayLike | None = None
) -> tuple[Array, Array, Array, Array]:
    """Count at risk and lost at every time (rows) and pattern (columns), the slow and obvious way."""
    times_of, gone = np.asarray(time, dtype=float), np.asarray(lost).astype(bool)
    many = np.ones(len(times_of)) if weight is None else np.asarray(weight, dtype=float)
    pattern = np.zeros(len(times_of)) if by is None else np.asarray(by, dtype=float)
    patterns, place = np.unique(pattern, return_inverse=True, axis=0)
    times = np.unique(times_of)
    column = place.ravel()[:, None] == np.arange(len(patterns))
    at_risk = (times[:, None] <= times_of) * many @ column
    left = ((times[:, None] == times_of) & gone) * many @ column
    return times, np.asarray(at_risk, dtype=float), np.asarray(left, dtype=float), patterns


def _cox(time: ArrayLike, lost: ArrayLike, x: ArrayLike, *, weight: ArrayLike | None = None) -> CoxCounts:
    design = np.asarray(x, dtype=float).reshape(len(np.asarray(time)), -1)
    times, n, d, patterns = _grid(time, lost, by=design, weight=weight)
    some = d.sum(axis=1) > 0
    return cox_counts(times[some], n[some], d[some], design=patterns)
