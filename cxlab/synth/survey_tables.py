"""Contract tables around the survey: responses, interactions, cases of the closed loop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxlab.synth import company, dirt
from cxlab.synth.care import APP_PAYMENT, COMPLAINT, HOTLINE, TOUCHPOINTS
from cxlab.synth.columns import codes, ids, moments, whole
from cxlab.synth.days import CLOSE, NAMES
from cxlab.synth.lives import History
from cxlab.synth.people import People
from cxlab.synth.surveys import NOTHING, SURVEYS, Invitations
from cxlab.synth.tables import customer_ids

_CES = np.array([scale == "ces" for *_, scale, _, _ in company.TOUCHPOINTS.values()] + [False])
_CHANNELS = tuple(dict.fromkeys(row[4] for row in company.TOUCHPOINTS.values()))
_CHANNEL = np.array([_CHANNELS.index(row[4]) for row in company.TOUCHPOINTS.values()])
UNITS = ("care_north", "care_centre", "care_south")
_UNIT = np.array([0, 0, 0, 1, 2, 2, 2])
CAUSES = ("network", "charges", "price", "app", "staff", "other")
DAY_START, DAY_END = 8 * 3600, 20 * 3600


@dataclass(frozen=True, slots=True)
class Offsets:
    """How many rows earlier chunks wrote, so that ids go on."""

    responses: int
    interactions: int
    cases: int


def responses(
    people: People, rows: Invitations, answered: NDArray[np.int32], *, rng: np.random.Generator, offset: Offsets
) -> pa.Table:
    """One row per invitation, those of nobody included; a silent one has neither answer day nor score."""
    size = len(rows.who)
    stray, english = dirt.strays(rng, size), rng.random(people.size) < company.ENGLISH_SHARE
    seconds = rng.integers(DAY_START, DAY_END, size)
    later = np.minimum(seconds + rng.integers(60, 3 * 3600, size), 86_399)
    spoke, came = answered >= 0, rows.delivered >= 0
    relation = rows.touchpoint == NOTHING
    ces = _CES[rows.touchpoint]
    known = customer_ids(people, rows.who, valid=stray == 0)
    alien = ids("x", rows.who, width=8, valid=stray == dirt.UNKNOWN_ID)
    return pa.table(
        {
            "response_id": ids("r", offset.responses + np.arange(size), width=10),
            "customer_id": pa.compute.coalesce(known, alien),
            "survey": codes(rows.touchpoint + 1, SURVEYS),
            "kind": codes((~relation).astype(int), ("relationship", "transactional")),
            "wave": codes(rows.quarter, NAMES),
            "touchpoint_id": codes(rows.touchpoint + 1, ("", *TOUCHPOINTS)),
            "interaction_id": ids("i", offset.interactions + rows.contact, width=9, valid=rows.contact >= 0),
            "invited_at": moments(rows.invited, seconds),
            "delivered_at": moments(rows.delivered, seconds, valid=came),
            "answered_at": moments(answered, later, valid=spoke),
            "mode": codes(rows.mode, tuple(company.MODES)),
            "language": codes(english[rows.who].astype(int), ("vi", "en")),
            "nps": pa.array(rows.score.astype(np.int8), mask=~(relation & spoke)),
            "csat": pa.array(rows.score.astype(np.int8), mask=relation | ces | ~spoke),
            "ces": pa.array(rows.score.astype(np.int8), mask=~(ces & spoke)),
            "scale_min": pa.array(np.where(relation, 0, 1).astype(np.int8)),
            "scale_max": pa.array(np.where(relation, 10, np.where(ces, 7, 5)).astype(np.int8)),
        }
    )


def interactions(people: People, history: History, *, rng: np.random.Generator, offset: Offsets) -> pa.Table:
    """One row per contact of a customer with the company."""
    names = ("who", "kind", "on", "wait")
    who, kind, on, wait = (np.concatenate([getattr(c, name) for c in history.contacts]) for name in names)
    size = len(who)
    handle = np.where(kind == APP_PAYMENT, 90, rng.lognormal(np.log(280), 0.6, size)).astype(int)
    cost = np.where(kind == APP_PAYMENT, 200, 40 * handle + 2_000)
    return pa.table(
        {
            "interaction_id": ids("i", offset.interactions + np.arange(size), width=9),
            "customer_id": customer_ids(people, who),
            "touchpoint_id": codes(kind, TOUCHPOINTS),
            "at": moments(on, rng.integers(DAY_START, DAY_END, size)),
            "channel": codes(_CHANNEL[kind], _CHANNELS),
            "initiator": codes(np.zeros(size, int), ("customer",)),
            "task": codes(np.where(kind == COMPLAINT, 3, (kind != HOTLINE) * (1 + (kind == APP_PAYMENT))),
                          ("question", "service_change", "payment", "complaint")),
            "wait_s": pa.array(wait, mask=kind != HOTLINE),
            "handle_s": whole(handle),
            "cost": whole(cost),
            "completed": pa.array(rng.random(size) < np.where(kind == COMPLAINT, 0.71, 0.93)),
        }
    )  # fmt: skip


def loop_cases(people: People, history: History, *, rng: np.random.Generator, offset: Offsets) -> pa.Table:
    """One row per bad score that somebody should call back about; a case open at the close has no end."""
    first = np.cumsum([0] + [len(wave.who) for wave in history.waves])[:-1]
    answer = np.concatenate([at + c.case_answer for at, c in zip(first, history.contacts, strict=True)])
    who = np.concatenate([w.who[c.case_answer] for w, c in zip(history.waves, history.contacts, strict=True)])
    opened = np.concatenate([c.opened for c in history.contacts])
    called = np.concatenate([c.called for c in history.contacts])
    called = np.where(called < np.minimum(CLOSE, _exits(history, who, opened)), called, NOTHING)
    size = len(who)
    seconds = rng.integers(DAY_START, DAY_END, size)
    closed = np.where(called >= 0, called + rng.integers(0, 15, size), NOTHING)
    closed = np.where((closed < CLOSE) & (rng.random(size) < 0.9), closed, NOTHING)
    done = closed >= 0
    outcome = np.where(done, 1 + (rng.random(size) < 0.35), 0)
    return pa.table(
        {
            "case_id": ids("q", offset.cases + np.arange(size), width=9),
            "response_id": ids("r", offset.responses + answer, width=10),
            "customer_id": customer_ids(people, who),
            "opened_at": moments(opened, np.full(size, DAY_END)),
            "first_contact_at": moments(called, seconds, valid=called >= 0),
            "closed_at": moments(closed, np.full(size, DAY_END), valid=done),
            "status": codes(done + 2 * (~done & (called >= 0)), ("open", "closed", "in_progress")),
            "owner_unit": codes(_UNIT[people.region[who]], UNITS),
            "root_cause": codes(rng.choice(6, size, p=[0.25, 0.25, 0.2, 0.1, 0.1, 0.1]), CAUSES),
            "told_customer": pa.array(done & (rng.random(size) < 0.8)),
            "outcome": codes(outcome, ("", "solved", "not_solved")),
        }
    )


def _exits(history: History, who: NDArray[np.intp], on: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return when each customer's spell of a day ends."""
    exits: NDArray[np.int32] = history.spells.exit[history.held(who, on)]
    return exits
