"""Customers of one chunk: plan, region, source, offer, liking, and when they first came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.synth import company
from cxlab.synth.days import BOUNDS, OPEN
from cxlab.synth.hazards import stock_tenure
from cxlab.synth.streams import Purpose, stream

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

TET_QUARTERS = (1, 5, 9)
OFFERS = tuple(company.OFFERS)
HALF_PRICE, TET_SIM = OFFERS.index("nua_gia_thang_dau"), OFFERS.index("sim_tet")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class People:
    """Arrays with one element per customer; codes are positions in ``company``'s lists.

    ``number`` counts customers from 0 over all chunks; ``lead`` is the position in the chunk of the account's
    payer (oneself outside family accounts); ``liking`` of the company and ``taste`` for spending are standard
    normal; ``rate`` is recharges a day; ``habit`` multiplies the chance to answer a survey; ``ratio`` multiplies
    the hazard at all times; ``second_sim`` says who has another operator's SIM too, which no table shows.
    """

    number: NDArray[np.int64]
    lead: NDArray[np.intp]
    plan: NDArray[np.intp]
    region: NDArray[np.intp]
    source: NDArray[np.intp]
    offer: NDArray[np.intp]
    joined: Ints
    liking: Floats
    taste: Floats
    rate: Floats
    habit: Floats
    ratio: Floats
    second_sim: NDArray[np.bool_]

    @property
    def size(self) -> int:
        """Customers in the chunk."""
        return len(self.number)


def make_people(first: int, size: int, *, seed: int, chunk: int, calm: bool) -> People:
    """Draw the customers numbered ``first`` to ``first + size - 1``."""
    rng = stream(seed, Purpose.PEOPLE, chunk)
    lead, family = _accounts(rng, size)
    cohort = _cohorts(rng, size, calm=calm)[lead]
    plan = _plans(rng, cohort, family)
    region = _survivors(rng, cohort, list(company.REGIONS.values()))[lead]
    source = _survivors(rng, cohort, [(share, hr) for share, _, hr in company.SOURCES.values()])[lead]
    offer = _offers(rng, cohort, plan, calm=calm)
    joined = _first_days(rng, cohort, plan)[lead]
    liking = rng.standard_normal(size)
    rho = company.SPEND_LIKING_CORRELATION
    taste = rho * liking + np.sqrt(1 - rho**2) * rng.standard_normal(size)
    rate = rng.gamma(company.RECHARGE_RATE_SHAPE, 1 / company.RECHARGE_RATE_DAYS, size)
    habit = _habits(stream(seed, Purpose.HABIT, chunk), size)
    ratio = (
        np.array([hr for _, hr in company.REGIONS.values()])[region]
        * np.array([hr for _, _, hr in company.SOURCES.values()])[source]
        * np.array(list(company.OFFERS.values()))[offer]
    )
    return People(number=first + np.arange(size, dtype=np.int64), lead=lead, plan=plan, region=region,
                  source=source, offer=offer, joined=joined, liking=liking, taste=taste, rate=rate, habit=habit,
                  ratio=ratio, second_sim=rng.random(size) < company.SECOND_SIM_SHARE)  # fmt: skip


def _habits(rng: np.random.Generator, size: int) -> Floats:
    sd = company.ANSWER_HABIT_SD
    habits: Floats = np.exp(sd * rng.standard_normal(size) - sd**2 / 2)
    return habits


def _pick(rng: np.random.Generator, shares: list[float], size: int) -> NDArray[np.intp]:
    edges = np.cumsum(shares) / np.sum(shares)
    return np.minimum(np.searchsorted(edges, rng.random(size), side="right"), len(shares) - 1)


def _survivors(
    rng: np.random.Generator, cohort: NDArray[np.intp], rows: list[tuple[float, float]]
) -> NDArray[np.intp]:
    """Draw a trait by its share; among those who came before the window by share / hazard ratio."""
    new = _pick(rng, [share for share, _ in rows], len(cohort))
    old = _pick(rng, [share / hr for share, hr in rows], len(cohort))
    return np.where(cohort == 0, old, new)


def _accounts(rng: np.random.Generator, size: int) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Cut the chunk into units of one customer, and families of 2 to 5 neighbours."""
    members = 3.5
    share = company.PLANS[company.GIA_DINH].newcomers
    unit_share = share / (share + (1 - share) * members)
    units = np.where(rng.random(size) < unit_share, rng.integers(2, 6, size), 1)
    ends = np.cumsum(units)
    kept = int(np.searchsorted(ends, size, side="right"))
    units = np.concatenate([units[:kept], np.ones(size - (ends[kept - 1] if kept else 0), int)])
    starts = np.cumsum(units) - units
    return np.repeat(starts, units), np.repeat(units > 1, units)


def _cohorts(rng: np.random.Generator, size: int, *, calm: bool) -> NDArray[np.intp]:
    """Return 0 for those who came before the window, else 1 + the quarter; exact shares, shuffled."""
    joined = np.array(company.JOINED, float)
    if calm:
        joined[:] = joined.mean()
    shares = np.concatenate([[company.STOCK_SHARE], joined / joined.sum() * (1 - company.STOCK_SHARE)])
    places = (rng.permutation(size) + rng.random(size)) / size
    return np.minimum(np.searchsorted(np.cumsum(shares), places, side="right"), len(joined))


def _plans(rng: np.random.Generator, cohort: NDArray[np.intp], family: NDArray[np.bool_]) -> NDArray[np.intp]:
    others = [plan for plan in range(len(company.PLANS)) if plan != company.GIA_DINH]
    new = _pick(rng, [company.PLANS[p].newcomers for p in others], len(cohort))
    old = _pick(rng, [company.PLANS[p].stock for p in others], len(cohort))
    drawn = np.array(others)[np.where(cohort == 0, old, new)]
    return np.where(family, company.GIA_DINH, drawn)


def _offers(
    rng: np.random.Generator, cohort: NDArray[np.intp], plan: NDArray[np.intp], *, calm: bool
) -> NDArray[np.intp]:
    """Half price for some newcomers with a monthly plan; the Tet SIM for the extra newcomers of a Tet quarter."""
    u = rng.random(len(cohort))
    monthly = np.isin(plan, (company.EN90, company.EN120, company.SAU150))
    offer = np.where((cohort > 0) & monthly & (u < company.HALF_PRICE_SHARE), HALF_PRICE, 0)
    if calm:
        return offer
    share = company.TET_EXTRA / company.PLANS[company.TU_DO].newcomers
    tet = np.isin(cohort - 1, TET_QUARTERS) & (plan == company.TU_DO) & (u < share)
    return np.where(tet, TET_SIM, offer)


def _first_days(rng: np.random.Generator, cohort: NDArray[np.intp], plan: NDArray[np.intp]) -> Ints:
    u = rng.random(len(cohort))
    low, high = BOUNDS[np.maximum(cohort - 1, 0)], BOUNDS[np.maximum(cohort, 1)]
    inside = low + np.floor(u * (high - low)).astype(np.int32)
    return np.where(cohort == 0, OPEN - stock_tenure(plan, u), inside).astype(np.int32)
