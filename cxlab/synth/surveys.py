"""Survey rows: one per invitation, of the quarterly relationship survey and of the touchpoints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.synth import company
from cxlab.synth.care import ACTIVATION, APP_PAYMENT, FIRST_TOPUP, HOTLINE, LEAVING_CALL, TOUCHPOINTS
from cxlab.synth.days import CLOSE, NAMES, OPEN, quarter_index
from cxlab.synth.lives import REASONS, History
from cxlab.synth.people import People
from cxlab.synth.streams import Purpose, stream

Ints = NDArray[np.int32]
NOTHING = -1
SURVEYS = ("relationship", *TOUCHPOINTS)
_BROKEN = [NAMES.index(name) for name in company.APP_BROKEN]
_CES = np.array([scale == "ces" for *_, scale, _, _ in company.TOUCHPOINTS.values()])
_MEAN = np.array([mean for *_, mean, _ in company.TOUCHPOINTS.values()])
_SURVEYED = np.array([share for *_, share in company.TOUCHPOINTS.values()])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Invitations:
    """One row per invitation; days, scores and positions are -1 where there is none.

    ``touchpoint`` is -1 for the relationship survey; ``contact`` is the row of the chunk's contacts, all
    quarters one after another; ``score`` is on the scale of the row.
    """

    who: NDArray[np.intp]
    touchpoint: NDArray[np.intp]
    contact: NDArray[np.intp]
    quarter: NDArray[np.intp]
    invited: Ints
    delivered: Ints
    answered: Ints
    mode: NDArray[np.intp]
    score: NDArray[np.int64]

    def taken(self, rows: NDArray[np.intp]) -> Invitations:
        """Return some of the rows."""
        return Invitations(**{name: getattr(self, name)[rows] for name in self.__slots__})


def invitations(people: People, history: History, *, seed: int, chunk: int, share: float) -> Invitations:
    """Return the relationship survey's rows, wave by wave, then those of the touchpoints.

    ``share`` of the touchpoints' usual sample is taken.
    """
    rng = stream(seed, Purpose.TOUCHPOINTS, chunk)
    parts = [_relationship(history, q) for q in range(len(NAMES))]
    parts.append(_touchpoints(rng, people, history, share))
    names = Invitations.__slots__
    return Invitations(**{name: np.concatenate([part[name] for part in parts]) for name in names})


def _relationship(history: History, q: int) -> dict[str, NDArray[np.generic]]:
    wave = history.waves[q]
    none = np.full(len(wave.who), NOTHING)
    return {
        "who": wave.who,
        "touchpoint": none,
        "contact": none,
        "quarter": np.full(len(wave.who), q),
        "invited": wave.invited,
        "delivered": wave.delivered,
        "answered": wave.answered,
        "mode": wave.mode,
        "score": wave.score.astype(np.int64),
    }


def _occasions(
    people: People, history: History
) -> tuple[NDArray[np.intp], NDArray[np.intp], Ints, NDArray[np.intp]]:
    """Return everything a touchpoint survey may follow: who, touchpoint, day, row of the contacts."""
    new = np.flatnonzero(people.joined >= OPEN)
    first = new[people.plan[new] == company.TU_DO]
    spells = history.spells
    parting = (REASONS.index("port_out"), REASONS.index("cancelled"))
    gone = np.flatnonzero(np.isin(spells.reason, parting))
    contacts = [np.concatenate([getattr(c, name) for c in history.contacts]) for name in ("who", "kind", "on")]
    parts = [
        (new, np.full(len(new), ACTIVATION), people.joined[new]),
        (first, np.full(len(first), FIRST_TOPUP), people.joined[first] + 1),
        (spells.who[gone], np.full(len(gone), LEAVING_CALL), spells.exit[gone] - 1),
        tuple(contacts),
    ]
    who, touchpoint, on = (np.concatenate(column) for column in zip(*parts, strict=True))
    row = np.full(len(who), NOTHING)
    row[len(who) - len(contacts[0]) :] = np.arange(len(contacts[0]))
    return who, touchpoint, on.astype(np.int32), row


def _touchpoints(
    rng: np.random.Generator, people: People, history: History, share: float
) -> dict[str, NDArray[np.generic]]:
    who, touchpoint, on, contact = _occasions(people, history)
    asked = np.flatnonzero((rng.random(len(who)) < _SURVEYED[touchpoint] * share) & (on >= OPEN) & (on < CLOSE))
    who, touchpoint, on, contact = who[asked], touchpoint[asked], on[asked], contact[asked]
    u = rng.random((2, len(who)))
    answers = (u[0] < company.TOUCHPOINT_ANSWER_SHARE) & (on < CLOSE - 1)
    quarter = quarter_index(on)
    return {
        "who": who,
        "touchpoint": touchpoint,
        "contact": contact,
        "quarter": quarter,
        "invited": on,
        "delivered": on,
        "answered": np.where(answers, on + (u[1] < 0.3), NOTHING).astype(np.int32),
        "mode": np.where(u[1] < 0.7, 0, 1),
        "score": np.where(answers, _ratings(rng, people, history, who, touchpoint, contact, quarter), NOTHING),
    }


def _ratings(
    rng: np.random.Generator,
    people: People,
    history: History,
    who: NDArray[np.intp],
    touchpoint: NDArray[np.intp],
    contact: NDArray[np.intp],
    quarter: NDArray[np.intp],
) -> NDArray[np.int64]:
    waits = np.concatenate([c.wait for c in history.contacts])
    minutes = np.where(touchpoint == HOTLINE, waits[contact] / 60 if len(waits) else 0.0, 0.0)
    ces = _CES[touchpoint]
    raw = _MEAN[touchpoint] + company.TOUCHPOINT_LIKING * people.liking[who]
    raw = raw + company.WAIT_CES * (minutes - company.WAIT_FREE_MINUTES).clip(min=0)
    broken = (touchpoint == APP_PAYMENT) & history.seasons & np.isin(quarter, _BROKEN)
    raw = raw + np.where(broken, company.APP_BROKEN_CES, 0.0)
    raw = raw + np.where(ces, 1.3, 1.0) * company.TOUCHPOINT_SD * rng.standard_normal(len(who))
    return np.clip(np.rint(raw), 1, np.where(ces, 7, 5)).astype(np.int64)
