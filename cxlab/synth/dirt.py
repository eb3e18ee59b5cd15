"""What is wrong with real data, planted and counted: effect 12."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxlab.synth import company
from cxlab.synth.days import CLOSE, OPEN
from cxlab.synth.lives import History
from cxlab.synth.money import RECHARGE, Payments
from cxlab.synth.people import People
from cxlab.synth.surveys import NOTHING, Invitations

NO_ID, UNKNOWN_ID = 1, 2
LATE_WINDOW_DAYS = 4
"""Late recharges were made in the last days before the close."""


def part(count: float, *, first: int, size: int) -> int:
    """Return the part of a count written for 20,000 customers that falls to a chunk; parts of a whole sum.

    >>> part(40, first=0, size=1_000), part(40, first=1_000, size=1_000)
    (2, 2)
    """
    scale = count / company.REFERENCE_SIZE
    return round((first + size) * scale) - round(first * scale)


def strays(rng: np.random.Generator, size: int) -> NDArray[np.int8]:
    """Return per survey row 0, or `NO_ID` or `UNKNOWN_ID` for the rows that belong to nobody, half each."""
    u = rng.random(size)
    half = company.NO_CUSTOMER_SHARE / 2
    return np.where(u < half, NO_ID, np.where(u < 2 * half, UNKNOWN_ID, 0)).astype(np.int8)


def doubled(rng: np.random.Generator, size: int) -> NDArray[np.intp]:
    """Return row positions in order, some of them twice in a row."""
    return np.repeat(np.arange(size), 1 + (rng.random(size) < company.DUPLICATE_SHARE))


def answered_late(rng: np.random.Generator, rows: Invitations, *, count: int) -> NDArray[np.int32]:
    """Return the days of the answers, ``count`` of the last wave's moved into the days after the close."""
    answered = rows.answered.copy()
    last = (rows.quarter == rows.quarter.max(initial=0)) & (rows.touchpoint == NOTHING)
    some = np.flatnonzero(last & (answered >= 0))
    moved = rng.choice(some, min(count, len(some)), replace=False)
    answered[moved] = CLOSE + rng.integers(0, 5, len(moved))
    return answered


def loaded_late(rng: np.random.Generator, payments: Payments, *, count: int) -> NDArray[np.bool_]:
    """Mark recharges that arrive after the books were shut, of customers whom another recharge keeps active."""
    order = np.lexsort((payments.on, payments.who, payments.kind != RECHARGE))
    order = order[: int((payments.kind == RECHARGE).sum())]
    who, on = payments.who[order], payments.on[order]
    kept = (
        (who[1:] == who[:-1]) & (on[:-1] > CLOSE - company.VALID_DAYS + 5) & (on[:-1] < CLOSE - LATE_WINDOW_DAYS)
    )
    some = order[1:][kept & (on[1:] >= CLOSE - LATE_WINDOW_DAYS)]
    late = np.zeros(len(payments.who), bool)
    late[rng.choice(some, min(count, len(some)), replace=False)] = True
    return late


def numbers(rng: np.random.Generator, people: People, history: History) -> tuple[NDArray[np.int64], int]:
    """Return each customer's SIM number, and how many were another person's 120 days or more before."""
    number = people.number * 7_368_787 % 10**10
    spells = history.spells
    halfway = (OPEN + CLOSE) // 2
    final = np.append(spells.who[1:] != spells.who[:-1], True)
    freed = spells.who[final & (spells.exit <= halfway - company.RECYCLED_AFTER_DAYS)]
    heirs = np.flatnonzero(people.joined >= halfway)
    count = min(round(company.RECYCLED_SHARE * people.size), len(freed), len(heirs))
    heirs = rng.choice(heirs, count, replace=False)
    number[heirs] = number[rng.choice(freed, count, replace=False)]
    return number, count
