"""Twelve quarters of joining, leaving and coming back; last quarter's answers go with this quarter's leaving."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cxlab.synth import company
from cxlab.synth.care import Care, Contacts
from cxlab.synth.days import BOUNDS, CLOSE, OPEN, QUARTERS, hazard_ratios
from cxlab.synth.hazards import exit_tenure
from cxlab.synth.people import People
from cxlab.synth.scores import DETRACTOR, NOT_ASKED, PASSIVE, PROMOTER, SILENT, Wave, ask, means
from cxlab.synth.streams import Purpose, stream

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
REASONS = ("", "lapsed", "port_out", "cancelled", "papers", "unpaid", "owner_change")
"""Why a spell ended; '' while active."""
NEVER = np.int32(2_000_000)
"""A day that does not come."""
_PAID = ("recharge", "prepaid", "postpaid")
_PLAN_PAID = np.array([_PAID.index(plan.paid) for plan in company.PLANS])
_REASON_EDGES = np.array(
    [np.cumsum([company.REASONS[paid].get(reason, 0.0) for reason in REASONS[:-1]]) for paid in _PAID]
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spells:
    """One row per spell, in order of customer and start.

    ``exit`` is the first day without service, `NEVER` while active at the close; ``planned`` is when those
    would leave next; ``reason`` is a position in `REASONS`.
    """

    who: NDArray[np.intp]
    spell: Ints
    start: Ints
    exit: Ints
    planned: Ints
    reason: NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class History:
    """What happened to a chunk of customers; ``seasons`` is false for a calm company."""

    seasons: bool
    spells: Spells
    waves: tuple[Wave, ...]
    contacts: tuple[Contacts, ...]
    group: NDArray[np.int8]
    shock: NDArray[np.float32]

    def held(self, who: NDArray[np.intp], on: Ints) -> NDArray[np.intp]:
        """Return the row of each customer's spell of a day, or of the last one begun before it."""
        spells, shift = self.spells, 1 << 22
        return np.searchsorted(spells.who * shift + spells.start, who * shift + on, side="right") - 1


@dataclass(slots=True, eq=False)
class _State:
    """Where each customer stands while the quarters pass."""

    start: Ints
    spell: Ints
    back: Ints
    active: NDArray[np.bool_]
    end: Ints
    carried: Floats
    log: list[tuple[NDArray[np.intp], Ints, Ints, Ints, NDArray[np.intp]]] = field(default_factory=list)


def live(people: People, *, seed: int, chunk: int, calm: bool, reverse: bool, asked: float) -> History:
    """Let the quarters pass. ``asked`` is the share of customers invited to each survey."""
    rng, talk = stream(seed, Purpose.LIVES, chunk), stream(seed, Purpose.SCORES, chunk)
    care = Care(people, rng=stream(seed, Purpose.CARE, chunk), calm=calm)
    n = people.size
    state = _State(
        start=people.joined.copy(),
        spell=np.ones(n, np.int32),
        back=np.full(n, NEVER),
        active=people.joined < OPEN,
        end=np.full(n, NEVER),
        carried=np.ones(n),
    )
    season, mean = hazard_ratios(calm=calm), means(calm=calm)
    shock = (rng.standard_normal((n, len(QUARTERS))) * company.SPEND_SHOCK).astype(np.float32)
    group = np.zeros((n, len(QUARTERS)), np.int8)
    waves, contacts = [], []
    for q in range(len(QUARTERS)):
        _quarter(rng, people, state, q, season[q])
        lift = care.lift(q)
        if reverse and q:
            lift += company.REVERSE_SCORE * np.minimum(shock[:, q - 1], 0) / company.SPEND_SHOCK
        wave = ask(talk, people, q, start=state.start, end=state.end, mean=mean[q], lift=lift, share=asked)
        contact = care.quarter(q, wave, start=state.start, end=state.end)
        group[wave.who, q] = wave.group
        state.carried = _carried(group[:, q], reverse=reverse) * contact.ratio
        waves.append(wave)
        contacts.append(contact)
    return History(
        seasons=not calm,
        spells=_spells(rng, people, state),
        waves=tuple(waves),
        contacts=tuple(contacts),
        group=group,
        shock=shock,
    )


def _carried(group: NDArray[np.int8], *, reverse: bool) -> Floats:
    """Return the hazard ratio that last quarter's answer, or silence, goes with."""
    ratios = np.ones(5)
    planted = company.SCORE_HAZARD_RATIO
    ratios[[SILENT, PASSIVE]] = company.SILENT_HAZARD_RATIO, planted["passive"]
    ratios[[DETRACTOR, PROMOTER]] = (1.0, 1.0) if reverse else (planted["detractor"], planted["promoter"])
    ratios *= company.INVITED_LEVEL
    ratios[NOT_ASKED] = 1.0
    carried: Floats = ratios[group]
    return carried


def _quarter(rng: np.random.Generator, people: People, state: _State, q: int, season: Floats) -> None:
    """Let those present, new or back in the quarter stay or leave; a return may follow an exit within it."""
    low, high = BOUNDS[q], BOUNDS[q + 1]
    come = state.active | ((people.joined >= low) & (people.joined < high))
    base = people.ratio * season[people.plan, people.region]
    while True:
        back = (state.back >= low) & (state.back < high)
        state.start = np.where(back, state.back, state.start)
        state.spell = state.spell + back
        state.back = np.where(back, NEVER, state.back)
        state.end = np.where(back, NEVER, state.end)
        present = np.flatnonzero(come | back)
        if not len(present):
            return
        state.active[present] = True
        fresh = state.start >= low
        ratio = base * np.where(fresh, 1.0, state.carried)
        seen = low + (q == 0)  # those of the window's first day were seen on it: nobody leaves before the second
        exits, moved = _exits(rng, people, state.start, present, ratio, seen)
        gone = exits < high
        _leave(rng, people, state, present[gone], exits[gone], moved[gone])
        come = np.zeros_like(come)


def _exits(
    rng: np.random.Generator, people: People, start: Ints, present: NDArray[np.intp], ratio: Floats, low: np.int32
) -> tuple[Ints, NDArray[np.bool_]]:
    """Return the day each present customer would leave, and whether to another owner; families move as one."""
    luck = rng.standard_exponential((2, people.size))
    lead = people.lead[present]
    survived = np.maximum(low - start[lead] - 1, 0).astype(np.int32)
    exits = start[lead] + exit_tenure(people.plan[lead], survived, ratio[lead], luck[0, lead])
    wait = np.floor(luck[1, lead] / (company.TRANSFER_YEARLY / 365.25)).astype(np.int32)
    transfer = start[lead] + survived + 1 + np.minimum(wait, 1_000_000)
    moved = (transfer < exits) & (people.plan[lead] != company.TU_DO)
    return np.where(moved, transfer, exits).astype(np.int32), moved


def _leave(
    rng: np.random.Generator,
    people: People,
    state: _State,
    who: NDArray[np.intp],
    exits: Ints,
    moved: NDArray[np.bool_],
) -> None:
    u = rng.random((3, people.size))
    edges = _REASON_EDGES[_PLAN_PAID[people.plan[who]]]
    reason = 1 + (u[0, people.lead[who], None] >= edges[:, 1:-1]).sum(axis=1)
    reason = np.where(moved, REASONS.index("owner_change"), reason)
    state.log.append((who, state.spell[who], state.start[who], exits, reason))
    state.active[who] = False
    state.end[who] = exits
    first, last = company.RETURN_DAYS
    returns = (u[1, who] < company.RETURN_SHARE) & ~moved & (people.plan[who] != company.GIA_DINH)
    after = exits + first + np.floor(u[2, who] * (last - first)).astype(np.int32)
    state.back[who] = np.where(returns, after, NEVER)


def _spells(rng: np.random.Generator, people: People, state: _State) -> Spells:
    """Close the log: those still active get the day on which they would leave."""
    who = np.flatnonzero(state.active)
    ratio = people.ratio * np.where(state.start >= BOUNDS[-2], 1.0, state.carried)
    luck = rng.standard_exponential(people.size)
    lead = people.lead[who]
    survived = (CLOSE - state.start[who] - 1).astype(np.int32)
    planned = state.start[who] + exit_tenure(people.plan[who], survived, ratio[lead], luck[lead])
    parts = [(*row, row[3]) for row in state.log]
    never = np.full(len(who), NEVER)
    parts.append((who, state.spell[who], state.start[who], never, np.zeros(len(who), np.intp), planned))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort((columns[1], columns[0]))
    who, spell, start, exits, reason, planned = (column[order] for column in columns)
    return Spells(who=who, spell=spell, start=start, exit=exits, planned=planned, reason=reason)
