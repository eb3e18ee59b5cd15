"""Answers to laws that were written down first and drawn from then: what was planted has to come back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxlab.maths.buying import bg_nbd, buying
from cxlab.maths.panel import PanelSums, panel_fit, upper
from cxlab.maths.spend import gamma_gamma
from cxlab.run.selftest.asked import Got

Array = NDArray[np.float64]
Data = Mapping[str, Any]
CUSTOMERS = 20_000


def law_buying(_: Data) -> dict[str, Got]:
    """Repeat buying: gamma rates, beta drop-out after each purchase; errors from the curvature."""
    fit = bg_nbd(buying(*_bought(np.random.default_rng(3))))
    errors = np.sqrt(np.diag(np.linalg.inv(-fit.hessian)))
    values = zip(("r", "alpha", "a", "b"), np.exp(fit.parameters), errors, strict=True)
    return {what: Got(value=float(value), error=float(error), log=True) for what, value, error in values}


def law_spending(_: Data) -> dict[str, Got]:
    """Spend per purchase: gamma around a gamma mean."""
    rng = np.random.default_rng(2)
    x = rng.integers(1, 30, CUSTOMERS)
    rate = rng.gamma(4.0, 1 / 12_000.0, CUSTOMERS)
    fit = gamma_gamma(x, rng.gamma(6.0 * x, 1 / (rate * x)), np.ones(CUSTOMERS))
    return {what: Got(value=float(value)) for what, value in {"p": fit.p, "q": fit.q, "mean": fit.mean}.items()}


def law_price(_: Data) -> dict[str, Got]:
    """Revenue of the next quarter on the group of the score, each customer compared with itself."""
    rng = np.random.default_rng(4)
    people, quarters = 5_000, 8
    taste, mood = rng.standard_normal((people, 1)), rng.standard_normal((people, quarters))
    score = taste + mood
    groups = np.stack([score > 0.8, score < -0.5], axis=2).astype(float)
    noise = 8 * rng.standard_normal((people, quarters - 1))
    revenue = 50 + 10 * taste + groups[:, :-1] @ [3.0, -4.0] + noise
    periods = np.broadcast_to(np.eye(quarters - 1), (people, quarters - 1, quarters - 1))
    fit = panel_fit(_sums(np.concatenate([groups[:, :-1], periods], axis=2), revenue))
    values = zip(("promoter", "detractor"), fit.coefficients[:, 0], fit.errors[:, 0], strict=True)
    return {what: Got(value=float(value), error=float(error)) for what, value, error in values}


ANSWERS = {"law_buying": law_buying, "law_spending": law_spending, "law_price": law_price}
"""By question of ``known.toml``."""


def _bought(rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Purchases after the first, time of the last, time followed: of customers of the law in ``known.toml``."""
    rate, p = rng.gamma(1.6, 1 / 30.0, CUSTOMERS), rng.beta(1.2, 12.0, CUSTOMERS)
    total = rng.integers(300, 600, CUSTOMERS).astype(float)
    x, t_x, now = np.zeros(CUSTOMERS), np.zeros(CUSTOMERS), np.zeros(CUSTOMERS)
    alive = np.ones(CUSTOMERS, dtype=bool)
    while alive.any():
        now = now + rng.exponential(1 / rate)
        bought = alive & (now <= total)
        x, t_x = x + bought, np.where(bought, now, t_x)
        alive = bought & (rng.random(CUSTOMERS) >= p)
    return x, t_x, total


def _sums(x: Array, y: Array) -> PanelSums:
    """Sums of a (customers, quarters, columns) design, demeaned by customer; every customer is a cluster."""
    x, y = x - x.mean(axis=1, keepdims=True), (y - y.mean(axis=1, keepdims=True))[:, :, None]
    people, quarters, p = x.shape
    a = np.einsum("cqi,cqj->cij", x, x)
    s = np.einsum("cqi,cqm->cmi", x, y).reshape(people, -1)
    entries = a[:, *upper(p)]
    return PanelSums(
        scores=("promoter", "detractor"), periods=tuple(range(p - 2)), outcomes=("revenue",),
        rows=people * quarters, customers=people, clusters=people, moved=np.full(2, people), a=a.sum(axis=0),
        s=s.sum(axis=0)[:, None], yy=np.einsum("cqi,cqj->ij", y, y), ss=s.T @ s, sa=s.T @ entries,
        aa=entries.T @ entries,
    )  # fmt: skip
