"""Laws of staying that reach beyond what was seen, fitted to customers at risk and lost by month.

Late entry and censoring are whatever the counts say: every month contributes the chance of being lost in it
given that it began. The shifted beta-geometric [1]_ and the beta-discrete-Weibull [2]_ speak of contracts that
end at whole periods; Weibull, log-normal and log-logistic of leaving at any time.

References
----------
.. [1] Fader, P. S. and Hardie, B. G. S. (2007). How to project customer retention. Journal of Interactive
   Marketing 21.
.. [2] Fader, P. S., Hardie, B. G. S., Liu, Y., Davin, J. and Steenburgh, T. (2018). "How to project customer
   retention" revisited: the role of duration dependence. Journal of Interactive Marketing 43.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from cxlab.errors import FitError
from cxlab.maths.newton import ROUGH, Height, climb

Array = NDArray[np.float64]
LogSurvival = Callable[[Array, Array], Array]
"""Time above 0 and parameters in, log of the share still there out."""

STEP = 1e-4
"""Width of the differences that stand for derivatives."""


def _beta_weibull(t: Array, at: Array) -> Array:
    alpha, beta = np.exp(at[:2])
    later = t ** np.exp(at[2]) if len(at) > 2 else t
    return np.asarray(special.betaln(alpha, beta + later) - special.betaln(alpha, beta))


def _weibull(t: Array, at: Array) -> Array:
    return np.asarray(-np.exp(np.exp(at[1]) * (np.log(t) - at[0])))


def _log_normal(t: Array, at: Array) -> Array:
    return np.asarray(special.log_ndtr(-(np.log(t) - at[0]) / np.exp(at[1])))


def _log_logistic(t: Array, at: Array) -> Array:
    return np.asarray(-np.logaddexp(0, np.exp(at[1]) * (np.log(t) - at[0])))


LAWS: Mapping[str, tuple[LogSurvival, int]] = {
    "sbg": (_beta_weibull, 2),
    "bdw": (_beta_weibull, 3),
    "weibull": (_weibull, 2),
    "log_normal": (_log_normal, 2),
    "log_logistic": (_log_logistic, 2),
}
"""Log survival and number of parameters. Parameters are logarithms (alpha, beta and c; scale and shape), but for
the log-normal's first, the mean of the logarithm of time.
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Law:
    """A fitted law: its name, its parameters and the log-likelihood of the counts."""

    name: str
    at: Array
    log_likelihood: float

    def log_survival(self, period: ArrayLike) -> Array:
        """Log of the share of newcomers still there after a period; 0 at its beginning."""
        return _log_survival(self.name, np.asarray(period, dtype=float), self.at)

    def survival(self, period: ArrayLike) -> Array:
        """Share of newcomers still there after a period."""
        return np.exp(self.log_survival(period))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Monthly:
    """Customers at risk and lost in months 1, 2, ...; not whole numbers where months were made of days."""

    at_risk: Array
    lost: Array

    def __post_init__(self) -> None:
        if (self.lost < 0).any() or (self.lost > self.at_risk).any():
            raise ValueError("in every month 0 <= lost <= at risk must hold; see the counts")

    def until(self, month: int) -> Monthly:
        """Return the first months only."""
        return Monthly(at_risk=self.at_risk[:month], lost=self.lost[:month])

    def __len__(self) -> int:
        return len(self.at_risk)


def by_month(at_risk: ArrayLike, lost: ArrayLike, *, month_days: float) -> Monthly:
    """Make months of days: the share lost in a month is that of Kaplan-Meier, its weight that of Greenwood.

    The share is q = 1 - product of (1 - d / n) over the days of the month; the customers at risk are the number
    with whom a share of q would vary as much, (q / (1 - q)) / sum of d / (n (n - d)), so that who came late into
    view or was last seen in mid-month counts as long as there. Where nobody was lost they are the mean of the
    days. Days without anybody end the months.

    Parameters
    ----------
    at_risk, lost : (..., T) arrays
        Counts on days 1 ... T; a month with a day without anybody at risk is not made, nor any after it.
    month_days : float
        Days of a month.

    Raises
    ------
    ValueError
        If counts are impossible.
    """
    n, d = np.asarray(at_risk, dtype=float), np.asarray(lost, dtype=float)
    if (d < 0).any() or (d > n).any():
        raise ValueError("on every day 0 <= lost <= at risk must hold; see the counts")
    empty = np.flatnonzero(n == 0)
    days = int(empty[0]) if len(empty) else len(n)
    months = int(days / month_days + 1e-9)
    ends = np.floor(np.arange(1, months + 1) * month_days).astype(int)
    rows = [
        _one_month(n[a:b], d[a:b]) for a, b in zip(np.concatenate([[0], ends[:-1]]), ends, strict=True)
    ] if months else []  # fmt: skip
    found = np.array(rows, dtype=float).reshape(-1, 2)
    return Monthly(at_risk=found[:, 0], lost=found[:, 1])


def _one_month(n: Array, d: Array) -> tuple[float, float]:
    if not d.sum():
        return float(n.mean()), 0.0
    if (d == n).any():  # everybody left on a day
        return float(n.max()), float(n.max())
    share = -np.expm1(np.log1p(-d / n).sum())
    weight = share / (1 - share) / (d / (n * (n - d))).sum()
    return float(weight), float(weight * share)


def log_likelihood(name: str, counts: Monthly, at: ArrayLike, *, after: int = 0) -> float:
    """Log-likelihood of the months after the first ``after``: lost or not, given that the month began."""
    ends = np.arange(after, len(counts) + 1, dtype=float)
    step = np.diff(_log_survival(name, ends, np.asarray(at, dtype=float)))
    stay = np.minimum(step, -1e-300)
    n, d = counts.at_risk[after:], counts.lost[after:]
    return float(d @ np.log(-np.expm1(stay)) + (n - d) @ stay)


def fit(name: str, counts: Monthly, *, start: ArrayLike | None = None) -> Law:
    """Fit a law to months by maximum likelihood.

    Parameters
    ----------
    name : str
        One of `LAWS`.
    start : (p,) array, optional
        Parameters of a fit of nearly the same counts; the end is then looked for less finely.

    Raises
    ------
    ValueError
        If the name is unknown.
    FitError
        If nobody was lost, everybody was at once, or there are no more months than parameters.
    """
    if name not in LAWS:
        raise ValueError(f"a law is one of {', '.join(LAWS)}; got {name!r}")
    n, d = counts.at_risk, counts.lost
    if (n > 0).sum() <= LAWS[name][1] or not d.sum() > 0 or not (n - d).sum() > 0:
        raise FitError("a law of staying needs more months than parameters, customers who left and who stayed")
    begin = _begin(name, counts) if start is None else np.asarray(start, dtype=float)
    top = climb(_height(name, counts), start=begin, tolerance=1e-9 if start is None else ROUGH)
    return Law(name=name, at=top.at, log_likelihood=top.height)


def _begin(name: str, counts: Monthly) -> Array:
    steady = float(counts.at_risk.sum() / counts.lost.sum())
    if name in ("sbg", "bdw"):
        return np.array([0.0, np.log(max(1.0, steady - 1)), 0.0])[: LAWS[name][1]]
    return np.array([np.log(max(1.0, steady)), 0.0])


def _log_survival(name: str, period: Array, at: Array) -> Array:
    law, _ = LAWS[name]
    seen = np.atleast_1d(period)
    log = np.zeros(seen.shape)
    with np.errstate(over="ignore", under="ignore"):
        log[seen > 0] = law(seen[seen > 0], at)
    return log.reshape(period.shape)


def _height(name: str, counts: Monthly) -> Height:
    """Log-likelihood with derivatives by differences: at most three parameters, and few months."""

    def value(at: Array) -> float:
        with np.errstate(all="ignore"):
            found = log_likelihood(name, counts, at)
        return found if np.isfinite(found) else -np.inf

    def height(at: Array) -> tuple[float, Array, Array]:
        p, here = len(at), value(at)
        moves = STEP * np.eye(p)
        up, down = (np.array([value(at + sign * move) for move in moves]) for sign in (1, -1))
        if not (np.isfinite(here) and np.isfinite(up).all() and np.isfinite(down).all()):
            return -np.inf, np.zeros(p), -np.eye(p)
        bend = np.diag((up - 2 * here + down) / STEP**2)
        for i in range(p):
            for j in range(i):
                both = [value(at + a * moves[i] + b * moves[j]) for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
                bend[i, j] = bend[j, i] = (both[0] - both[1] - both[2] + both[3]) / (4 * STEP**2)
        return here, (up - down) / (2 * STEP), bend if np.isfinite(bend).all() else -np.eye(p)

    return height
