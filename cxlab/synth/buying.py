r"""A population that buys exactly as the models of repeat buying assume: the planted truth for fitting them.

Én Tự Do's recharges are drawn with the same parameters, but their silences are cut short by the 60 days a recharge
is valid, and customers leave by tenure, not by purchase (`cxlab.synth.recharges`). Here nothing is cut:

.. math::
    \lambda \sim Gamma(r, \alpha), \quad \pi \sim Beta(a, b), \quad \nu \sim Gamma(q, \gamma), \quad
    amount \sim Gamma(p, \nu)

A customer buys first on day 0, then at times exponential in lambda; after each repeat purchase the customer
stops for good with probability pi [1]_. The mean amount is p gamma / (q - 1) [2]_.

References
----------
.. [1] Fader, Hardie and Lee, "Counting Your Customers the Easy Way", Marketing Science 24 (2005).
.. [2] Fader, Hardie and Lee, "RFM and CLV", Journal of Marketing Research 42 (2005).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.synth import company
from cxlab.synth.streams import Purpose, stream

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """Parameters of repeat buying: purchases a day and dropping out by purchase, amounts in VND."""

    r: float = company.RECHARGE_RATE_SHAPE
    alpha_days: float = company.RECHARGE_RATE_DAYS
    a: float = company.DROP_A
    b: float = company.DROP_B
    p: float = company.AMOUNT_P
    q: float = company.AMOUNT_Q
    gamma: float = company.AMOUNT_GAMMA

    def __post_init__(self) -> None:
        wrong = [name for name in self.__slots__ if not getattr(self, name) > 0]
        if wrong:
            got = ", ".join(f"{name}={getattr(self, name)}" for name in wrong)
            raise ValueError(f"parameters must be above 0; got {got}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Buyers:
    """Purchases and, per customer, what no table would show.

    ``who``, ``on`` (days since the customer's first purchase) and ``amount`` have one element per purchase, in
    order of customer and time, first purchases included. ``seen_days`` is how long each customer was watched;
    purchases after that belong to the holdout. ``rate`` is purchases a day, ``drop`` the chance to stop after a
    repeat purchase, ``mean_amount`` the customer's own mean in VND, ``stops`` the day of the last purchase ever
    (infinite within the days drawn).
    """

    who: NDArray[np.intp]
    on: Floats
    amount: Floats
    seen_days: Floats
    rate: Floats
    drop: Floats
    mean_amount: Floats
    stops: Floats

    @property
    def size(self) -> int:
        """Customers."""
        return len(self.seen_days)

    def summary(self) -> tuple[NDArray[np.int64], Floats, Floats, Floats]:
        """Return per customer x, t_x, T and the mean amount of the repeat purchases seen (0 where x is 0)."""
        seen = (self.on > 0) & (self.on <= self.seen_days[self.who])
        who = self.who[seen]
        x = np.bincount(who, minlength=self.size)
        last = np.zeros(self.size)
        np.maximum.at(last, who, self.on[seen])
        paid = np.bincount(who, weights=self.amount[seen], minlength=self.size)
        return x, last, self.seen_days, np.divide(paid, x, out=np.zeros(self.size), where=x > 0)

    def later(self, *, days: float) -> NDArray[np.int64]:
        """Return per customer the purchases in so many days after the time watched."""
        since = self.on - self.seen_days[self.who]
        return np.bincount(self.who[(since > 0) & (since <= days)], minlength=self.size)

    @property
    def alive(self) -> NDArray[np.bool_]:
        """Tell who will buy again after the time watched, sooner or later."""
        return self.stops > self.seen_days


def buyers(
    size: int,
    *,
    seed: int,
    watched_days: tuple[int, int] = (270, 540),
    holdout_days: int = 180,
    habits: Habits | None = None,
) -> Buyers:
    """Draw customers who each buy first on their day 0.

    Parameters
    ----------
    size : int
        Customers.
    seed : int
        The same seed gives the same purchases.
    watched_days : tuple of int
        Customers are watched from their first purchase on for a time uniform between these.
    holdout_days : int
        Purchases are drawn this much longer.
    habits : Habits, optional
        Parameters; the planted ones of Én Tự Do if left out.

    Raises
    ------
    ValueError
        If there are no customers, or days are negative or in the wrong order.
    """
    first, last = watched_days
    if size < 1 or not 0 < first <= last or holdout_days < 0:
        raise ValueError(
            f"needed: a size of 1 or more, 0 < watched from <= watched to, a holdout of 0 or more; "
            f"got size={size}, watched_days={watched_days}, holdout_days={holdout_days}"
        )
    habits = habits or Habits()
    rng = stream(seed, Purpose.BUYING, 0)
    seen = rng.uniform(first, last, size) if last > first else np.full(size, float(first))
    rate = rng.gamma(habits.r, 1 / habits.alpha_days, size)
    drop = rng.beta(habits.a, habits.b, size)
    who, on, stops = _purchases(rng, rate, drop, seen + holdout_days)
    scale = rng.gamma(habits.q, 1 / habits.gamma, size)
    amount = rng.gamma(habits.p, 1 / scale[who])
    return Buyers(who=who, on=on, amount=amount, seen_days=seen, rate=rate, drop=drop,
                  mean_amount=habits.p / scale, stops=stops)  # fmt: skip


def _purchases(
    rng: np.random.Generator, rate: Floats, drop: Floats, until: Floats
) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Return customer and day of each purchase up to ``until``, and the day of each customer's last one ever."""
    here = np.arange(len(rate))
    parts = [(here, np.zeros(len(rate)))]
    now, stops = np.zeros(len(rate)), np.full(len(rate), np.inf)
    while len(here):
        now[here] += rng.standard_exponential(len(here)) / rate[here]
        here = here[now[here] <= until[here]]
        parts.append((here, now[here]))
        dropped = rng.random(len(here)) < drop[here]
        stops[here[dropped]] = now[here[dropped]]
        here = here[~dropped]
    who, on = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((on, who))
    return who[order], on[order], stops
