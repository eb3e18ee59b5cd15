"""Who brought whom: referrals, asked for and made."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxlab.synth import company
from cxlab.synth.columns import codes, dates, ids
from cxlab.synth.days import CLOSE, OPEN
from cxlab.synth.lives import History
from cxlab.synth.people import People
from cxlab.synth.tables import customer_ids

TRIES = 12
"""Draws of a possible referrer; a newcomer for whom none was there keeps a referral nobody recorded."""
UNANSWERED_SHARE, BOUGHT_SHARE = 0.6, 0.15
_REFERRAL = list(company.SOURCES).index("referral")


def referrals(people: People, history: History, *, rng: np.random.Generator, first: int) -> pa.Table:
    """One row per friend named; those who never came have no ``referred_id`` and no conversion."""
    came = np.flatnonzero(
        (people.source == _REFERRAL) & (people.joined >= OPEN) & (people.lead == np.arange(people.size))
    )
    asked_for = came[rng.random(len(came)) < UNANSWERED_SHARE]
    friend = np.concatenate([came, asked_for])
    arrived = np.concatenate([np.ones(len(came), bool), np.zeros(len(asked_for), bool)])
    converted = np.where(arrived, people.joined[friend], np.minimum(people.joined[friend] + 7, CLOSE - 1))
    referred = converted - rng.integers(0, 15, len(friend))
    asked = referred - rng.integers(0, 20, len(friend))
    giver = _present(rng, people, history, asked)
    rows = np.flatnonzero((giver >= 0) & (giver != friend))
    friend, arrived, giver = friend[rows], arrived[rows], giver[rows]
    return pa.table(
        {
            "referral_id": ids("f", first + np.arange(len(rows)), width=8),
            "referrer_id": customer_ids(people, giver),
            "referred_id": customer_ids(people, friend, valid=arrived),
            "asked_at": dates(asked[rows]),
            "referred_at": dates(referred[rows]),
            "converted_at": dates(converted[rows], valid=arrived),
            "stated_reason": codes((rng.random(len(rows)) < BOUGHT_SHARE).astype(int), ("earned", "bought")),
        }
    )


def _present(
    rng: np.random.Generator, people: People, history: History, on: NDArray[np.integer]
) -> NDArray[np.intp]:
    """Draw for each day a customer present on it, -1 where the tries fail."""
    spells = history.spells
    found = np.full(len(on), -1)
    for _ in range(TRIES):
        drawn = rng.integers(0, max(len(spells.who), 1), len(on))
        fits = (found < 0) & (spells.start[drawn] <= on) & (spells.exit[drawn] > on)
        found = np.where(fits, spells.who[drawn], found)
    return found
