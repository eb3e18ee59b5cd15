"""Recharges of Én Tự Do: a rhythm of one's own whose silences last under 60 days, until the last one."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cxlab.synth import company
from cxlab.synth.days import CLOSE, day, quarter_index, rhythm
from cxlab.synth.lives import NEVER, History
from cxlab.synth.money import BONUS, RECHARGE, Payments, joined_payments, score_money
from cxlab.synth.people import People
from cxlab.synth.streams import Purpose, stream

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
STARTER_CREDIT = 10_000
LONGEST_FILLED_GAP_DAYS = 50
_DENOMINATIONS = np.array(company.DENOMINATIONS)


def recharges(
    people: People, history: History, *, seed: int, chunk: int, since: int, calm: bool, reverse: bool
) -> Payments:
    """Return starter credits, recharges and bonus credits from day ``since`` to the close.

    A spell that ends on day E has its last recharge on E - 60 exactly; one of 60 days or less has only the
    starter credit, valid until E.
    """
    rng = stream(seed, Purpose.RECHARGES, chunk)
    spells = history.spells
    rows = np.flatnonzero((people.plan[spells.who] == company.TU_DO) & (spells.exit > since + company.VALID_DAYS))
    who, start = spells.who[rows], spells.start[rows]
    leaves = np.where(spells.exit[rows] == NEVER, spells.planned[rows], spells.exit[rows])
    starter = _starters(who, start, leaves, since)
    lives = leaves - start > company.VALID_DAYS
    at, on = _days(
        rng, start[lives], leaves[lives] - company.VALID_DAYS, people.rate[who[lives]], since, calm=calm
    )
    person = who[lives][at]
    kept = (on >= since) & (on < CLOSE)
    person, on = person[kept], on[kept]
    amount = _amounts(rng, people, history, person, on, reverse=reverse)
    paid = Payments(who=person, on=on, amount=amount, kind=np.full(len(on), RECHARGE, np.int8), begins=on,
                    ends=on + company.VALID_DAYS)  # fmt: skip
    promoted = paid.taken((on - day(company.BONUS_FIRST)) % company.BONUS_EVERY_DAYS == 0)
    credit = np.rint(promoted.amount * company.BONUS_SHARE).astype(np.int64)
    bonus = replace(promoted, amount=credit, kind=np.full(len(credit), BONUS, np.int8))
    return joined_payments([starter, paid, bonus])


def _starters(who: NDArray[np.intp], start: Ints, leaves: Ints, since: int) -> Payments:
    kept = start >= since
    ends = np.minimum(leaves, start + company.VALID_DAYS)[kept].astype(np.int32)
    size = len(ends)
    return Payments(who=who[kept], on=start[kept], amount=np.full(size, STARTER_CREDIT), begins=start[kept],
                    kind=np.full(size, BONUS, np.int8), ends=ends)  # fmt: skip


def _days(
    rng: np.random.Generator, start: Ints, last: Ints, rate: Floats, since: int, *, calm: bool
) -> tuple[NDArray[np.intp], Ints]:
    """Return spell and day of each recharge, in order; gaps from the start to ``last`` stay under 60 days."""
    before = since - np.floor(rng.random(len(start)) * (company.VALID_DAYS - 1)).astype(np.int32)
    begin = np.where(start < since, np.maximum(start, before), start)
    end = np.minimum(last, CLOSE + company.VALID_DAYS - 1)
    first, pace = rhythm(calm=calm)
    low, high = pace[begin - first], pace[end - first]
    count = rng.poisson(rate * (high - low))
    at = np.repeat(np.arange(len(start)), count)
    warped = low[at] + rng.random(len(at)) * (high - low)[at]
    free = (first + np.searchsorted(pace, warped, side="right") - 1).astype(np.int32)
    everyone = np.arange(len(start))
    at, on = np.concatenate([everyone, at, everyone]), np.concatenate([begin, free, end]).astype(np.int32)
    opens = np.concatenate([np.ones(len(start), bool), np.zeros(len(at) - len(start), bool)])
    order = np.argsort(at * (1 << 20) + on.astype(np.int64) * 2 + ~opens, kind="stable")
    at, on, opens = at[order], on[order], opens[order]
    extra_at, extra_on = _filled(rng, at, on)
    return np.concatenate([at[~opens], extra_at]), np.concatenate([on[~opens], extra_on])


def _filled(rng: np.random.Generator, at: NDArray[np.intp], on: Ints) -> tuple[NDArray[np.intp], Ints]:
    """Return recharges that break silences of 60 days or more into even parts, a few days off."""
    gap = np.where(at[1:] == at[:-1], on[1:] - on[:-1], 0)
    long = np.flatnonzero(gap >= company.VALID_DAYS)
    parts = -(-gap[long] // LONGEST_FILLED_GAP_DAYS)
    where = np.repeat(np.arange(len(long)), parts - 1)
    step = np.arange(len(where)) - np.repeat(np.cumsum(parts - 1) - (parts - 1), parts - 1) + 1
    off = rng.integers(-4, 5, len(where))
    days = on[long][where] + step * gap[long][where] // parts[where] + off
    return at[long][where], days.astype(np.int32)


def _amounts(
    rng: np.random.Generator, people: People, history: History, who: NDArray[np.intp], on: Ints, *, reverse: bool
) -> NDArray[np.int64]:
    """Gamma around each customer's own mean, moved by last quarter's answer, rounded to what is sold."""
    q = company.AMOUNT_Q
    mean = company.AMOUNT_P * company.AMOUNT_GAMMA / _gamma_quantile(q, -people.taste)
    quarter = quarter_index(on).clip(min=0)
    moved = (score_money(history.group, reverse=reverse) + history.shock)[who, quarter]
    a_quarter = 91.3 * np.maximum(people.rate, 1 / LONGEST_FILLED_GAP_DAYS)
    centre = np.maximum(mean[who] + moved / a_quarter[who], company.DENOMINATIONS[0])
    wanted = rng.gamma(company.AMOUNT_P, _before_floor(centre) / company.AMOUNT_P)
    wanted = wanted.clip(_DENOMINATIONS[0], _DENOMINATIONS[-1])
    under = np.searchsorted(_DENOMINATIONS, wanted, side="right").clip(max=len(_DENOMINATIONS) - 1) - 1
    low, high = _DENOMINATIONS[under], _DENOMINATIONS[under + 1]
    up = rng.random(len(who)) < (wanted - low) / (high - low)
    amounts: NDArray[np.int64] = np.where(up, high, low)
    return amounts


def _gamma_quantile(shape: float, z: Floats) -> Floats:
    """Return quantiles of a standard gamma where the normal has ``z`` (Wilson and Hilferty)."""
    root = 1 - 1 / (9 * shape) + z / (3 * np.sqrt(shape))
    quantile: Floats = shape * np.maximum(root, 0.15) ** 3
    return quantile


@cache
def _floored_means() -> tuple[Floats, Floats]:
    """Return means of the amounts wanted, and what they become when nothing under the smallest size is sold."""
    means = np.geomspace(1_000, 1_000_000, 400)
    z = np.linspace(-4, 4, 401)
    weights = np.exp(-(z**2) / 2)
    shape = _gamma_quantile(company.AMOUNT_P, z) / company.AMOUNT_P
    sold = np.maximum(means[:, None] * shape, company.DENOMINATIONS[0]) @ weights / weights.sum()
    return means, sold


def _before_floor(mean: Floats) -> Floats:
    """Return the mean to draw from so that the mean sold is ``mean``."""
    means, sold = _floored_means()
    return np.interp(mean, sold, means)
