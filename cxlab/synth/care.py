"""Hotline, shops and callbacks of a quarter, and what they change in the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.synth import company
from cxlab.synth.days import BOUNDS, NAMES, day
from cxlab.synth.people import People
from cxlab.synth.scores import DETRACTOR, Wave

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
TOUCHPOINTS = tuple(company.TOUCHPOINTS)
ACTIVATION, FIRST_TOPUP, HOTLINE, SHOP, APP_PAYMENT, COMPLAINT, LEAVING_CALL = range(7)
LIFT_QUARTERS = 2
"""For how many surveys a callback in time is remembered."""
_MKD = list(company.REGIONS).index("mkd")
NEVER = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contacts:
    """One quarter's contacts (``who``, ``kind``, ``on``, ``wait`` in seconds) and callbacks.

    ``case_answer`` are positions in the quarter's `Wave`; ``called`` is the day of the first call, -1 if none.
    ``ratio`` multiplies each customer's hazard in the next quarter.
    """

    who: NDArray[np.intp]
    kind: NDArray[np.intp]
    on: Ints
    wait: Ints
    case_answer: NDArray[np.intp]
    opened: Ints
    called: Ints
    ratio: Floats


class Care:
    """Customer care through the quarters; remembers whom it called back in time."""

    def __init__(self, people: People, *, rng: np.random.Generator, calm: bool) -> None:
        self.people, self.rng, self.calm = people, rng, calm
        self._pleased_until = np.full(people.size, -1)

    def lift(self, q: int) -> Floats:
        """Return the points that callbacks add to each customer's score in a quarter."""
        return np.where(self._pleased_until >= q, company.CALLBACK_SCORE, 0.0)

    def quarter(self, q: int, wave: Wave, *, start: Ints, end: Ints) -> Contacts:
        """Serve the quarter's customers; ``start`` and ``end`` are the days of their newest spells."""
        who, kind, on, wait = self._contacts(q, start, end)
        bad = np.flatnonzero(wave.group == DETRACTOR)
        opened = wave.answered[bad] + self.rng.integers(0, 2, len(bad)).astype(np.int32)
        called = self._callbacks(q, wave.who[bad], opened, end)
        in_time = (called >= 0) & (called - wave.answered[bad] <= company.CALLBACK_DAYS)
        ratio = np.ones(self.people.size)
        minutes = np.zeros(self.people.size)
        np.maximum.at(
            minutes, who, np.where(kind == HOTLINE, wait / 60 - company.WAIT_FREE_MINUTES, 0).clip(min=0)
        )
        ratio *= company.WAIT_HAZARD_RATIO**minutes
        ratio[wave.who[bad[in_time]]] *= company.CALLBACK_HAZARD_RATIO
        self._pleased_until[wave.who[bad[in_time]]] = q + LIFT_QUARTERS
        return Contacts(who=who, kind=kind, on=on, wait=wait, case_answer=bad, opened=opened, called=called,
                        ratio=ratio)  # fmt: skip

    def _contacts(self, q: int, start: Ints, end: Ints) -> tuple[NDArray[np.intp], NDArray[np.intp], Ints, Ints]:
        low, high = int(BOUNDS[q]), int(BOUNDS[q + 1])
        parts = []
        for name, share in company.CONTACTS.items():
            on = self.rng.integers(low, high, self.people.size, dtype=np.int32)
            happens = self.rng.random(self.people.size) < share
            who = np.flatnonzero(happens & (start <= on) & (end > on))
            parts.append((who, np.full(len(who), TOUCHPOINTS.index(name)), on[who]))
        who, kind, on = (np.concatenate(column) for column in zip(*parts, strict=True))
        wait = self.rng.lognormal(np.log(company.WAIT_MEDIAN_S), company.WAIT_LOG_SD, len(who))
        if not self.calm:
            for tet in (day(text) for text in company.TET_DAYS):
                crowded = (on >= tet) & (on < tet + company.TET_WAIT_DAYS)
                wait = np.where(crowded, wait * company.TET_WAIT, wait)
        return who, kind, on, np.where(kind == HOTLINE, np.minimum(wait, 3_600), 0).astype(np.int32)

    def _callbacks(self, q: int, who: NDArray[np.intp], opened: Ints, end: Ints) -> Ints:
        pilot = (self.people.region[who] == _MKD) & (q >= NAMES.index(company.CALLBACK_PILOT_FROM))
        pilot &= not self.calm
        share = np.where(pilot, company.CALLBACK_ON_TIME["pilot"], company.CALLBACK_ON_TIME["usual"])
        u, v = self.rng.random((2, len(who)))
        soon = opened + 1 + np.floor(v * 8).astype(np.int32)
        late = opened + 12 + np.floor(v * 30).astype(np.int32)
        called = np.where(u < share, soon, np.where(u < share + (1 - share) * 0.4, late, NEVER))
        return np.where(called < end[who], called, NEVER).astype(np.int32)
