"""Charges, extras and refunds of customers with a contract."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.synth import company
from cxlab.synth.days import BOUNDS, CLOSE, day, quarter_index
from cxlab.synth.lives import History
from cxlab.synth.people import HALF_PRICE, People
from cxlab.synth.scores import DETRACTOR, PROMOTER
from cxlab.synth.streams import Purpose, stream

Ints = NDArray[np.int32]
KINDS = ("recurring", "one_time", "recharge", "bonus", "refund")
RECURRING, ONE_TIME, RECHARGE, BONUS, REFUND = range(5)
_PRICE = np.array([plan.price for plan in company.PLANS])
_CYCLE = np.array([plan.cycle_days for plan in company.PLANS])
_CONTRACT = np.array([plan.paid != "recharge" for plan in company.PLANS])
_NO_DAY = np.int32(-1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Payments:
    """One row per payment: position of the customer, day, VND with VAT, kind, and the days it pays for."""

    who: NDArray[np.intp]
    on: Ints
    amount: NDArray[np.int64]
    kind: NDArray[np.int8]
    begins: Ints
    ends: Ints

    def taken(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Payments:
        """Return some of the rows."""
        return Payments(who=self.who[rows], on=self.on[rows], amount=self.amount[rows], kind=self.kind[rows],
                        begins=self.begins[rows], ends=self.ends[rows])  # fmt: skip


def joined_payments(parts: list[Payments]) -> Payments:
    """Return all parts in one, in their order."""
    names = ("who", "on", "amount", "kind", "begins", "ends")
    return Payments(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def score_money(group: NDArray[np.int8], *, reverse: bool) -> NDArray[np.float64]:
    """Return customer x quarter: VND that last quarter's answer adds in this one."""
    effects = np.zeros(5)
    if not reverse:
        effects[DETRACTOR], effects[PROMOTER] = company.SCORE_MONEY["detractor"], company.SCORE_MONEY["promoter"]
    money = np.zeros(group.shape)
    money[:, 1:] = effects[group[:, :-1]]
    return money


def charges(
    people: People, history: History, *, seed: int, chunk: int, since: int, calm: bool, reverse: bool
) -> Payments:
    """Return what customers with a contract pay from day ``since`` to the close."""
    rng = stream(seed, Purpose.CHARGES, chunk)
    spells = history.spells
    payer = _CONTRACT[people.plan[spells.who]] & (people.lead[spells.who] == spells.who)
    rows = np.flatnonzero(payer & (spells.exit > since))
    recurring = _recurring(people, history, rows, since=since, calm=calm)
    extras = _extras(rng, people, history, rows, reverse=reverse, since=since)
    refunded = np.flatnonzero(rng.random(len(recurring.who)) < company.REFUND_SHARE)
    late = np.minimum(recurring.on[refunded] + 1 + rng.integers(0, 20, len(refunded)), CLOSE - 1).astype(np.int32)
    none = np.full(len(refunded), _NO_DAY)
    refunds = Payments(who=recurring.who[refunded], on=late, amount=-(recurring.amount[refunded] // 2),
                       kind=np.full(len(refunded), REFUND, np.int8), begins=none, ends=none)  # fmt: skip
    return joined_payments([recurring, extras, refunds])


def _recurring(people: People, history: History, rows: NDArray[np.intp], *, since: int, calm: bool) -> Payments:
    """Charge the plan's price at the start of each cycle of a spell."""
    spells = history.spells
    who, start = spells.who[rows], spells.start[rows]
    cycle = _CYCLE[people.plan[who]]
    first = np.maximum(np.ceil((since - start) / cycle), 0).astype(int)
    last = np.ceil((np.minimum(spells.exit[rows], CLOSE) - start) / cycle).astype(int)
    count = np.maximum(last - first, 0)
    at = np.repeat(np.arange(len(rows)), count)
    turn = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count) + first[at]
    on = (start[at] + np.floor(turn * cycle[at])).astype(np.int32)
    ends = (start[at] + np.floor((turn + 1) * cycle[at])).astype(np.int32)
    plan = people.plan[who[at]]
    price = _PRICE[plan].astype(float)
    if not calm:
        dearer = np.isin(plan, (company.EN90, company.EN120)) & (on >= day(company.PRICE_RISE_DAY))
        price *= np.where(dearer, 1 + company.PRICE_RISE, 1.0)
    half = (people.offer[who[at]] == HALF_PRICE) & (turn == 0) & (spells.spell[rows][at] == 1)
    amount = np.rint(price * np.where(half, 0.5, 1.0)).astype(np.int64)
    kept = on < np.minimum(spells.exit[rows][at], CLOSE)
    every = Payments(
        who=who[at], on=on, amount=amount, kind=np.full(len(at), RECURRING, np.int8), begins=on, ends=ends
    )
    return every.taken(kept)


def _extras(
    rng: np.random.Generator,
    people: People,
    history: History,
    rows: NDArray[np.intp],
    *,
    reverse: bool,
    since: int,
) -> Payments:
    """Buy extras: an amount a quarter by taste, the quarter's own luck, and last quarter's answer."""
    spells = history.spells
    who = spells.who[rows]
    level = company.ADDON_FLOOR + company.ADDON_MEDIAN * np.exp(company.ADDON_LOG_SD * people.taste[who])
    effect = score_money(history.group, reverse=reverse)
    parts = []
    for q in range(int(quarter_index(np.array([since]))[0].clip(min=0)), len(BOUNDS) - 1):
        low, high = BOUNDS[q], BOUNDS[q + 1]
        begin = np.maximum(spells.start[rows], low)
        length = np.minimum(spells.exit[rows], high) - begin
        some = np.flatnonzero(length > 0)
        person = who[some]
        amount = (level[some] + history.shock[person, q] + effect[person, q]) * length[some] / (high - low)
        fading = people.second_sim[person] & (spells.exit[rows][some] < high + company.FADING_DAYS)
        amount = np.where(fading, amount * company.FADING_SPEND, amount)
        amount = np.floor(amount / 1_000 + rng.random(len(some))).astype(np.int64) * 1_000
        on = begin[some] + np.floor(rng.random(len(some)) * length[some]).astype(np.int32)
        parts.append((person, on, amount))
    person, on, amount = (np.concatenate(column) for column in zip(*parts, strict=True))
    none = np.full(len(person), _NO_DAY)
    kinds = np.full(len(person), ONE_TIME, np.int8)
    return Payments(who=person, on=on, amount=amount, kind=kinds, begins=none, ends=none).taken(amount > 0)
