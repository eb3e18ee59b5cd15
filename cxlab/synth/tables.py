"""Contract tables of one chunk: customers, contracts, transactions."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxlab.synth import company
from cxlab.synth.columns import codes, dates, ids, moments, whole
from cxlab.synth.lives import NEVER, REASONS, History
from cxlab.synth.money import BONUS, KINDS, RECHARGE, RECURRING, Payments
from cxlab.synth.people import OFFERS, People

PLAN_CODES = tuple(plan.code for plan in company.PLANS)
SEGMENTS = ("a", "b")
"""By parity of the customer's number: nothing differs between them (effect 13)."""
PRODUCTS = ("", "prepaid_package", "postpaid")
CHANNELS = ("ussd", "app", "shop", "bank")
_PRODUCT = np.array([("recharge", "prepaid", "postpaid").index(plan.paid) for plan in company.PLANS])
_WIDTH = 8
LOADED_SECOND = 5 * 3600
"""The warehouse is loaded at five in the morning."""


def customer_ids(people: People, who: NDArray[np.intp], *, valid: NDArray[np.bool_] | None = None) -> pa.Array:
    """Return customer ids by position in the chunk."""
    return ids("c", people.number[who], width=_WIDTH, valid=valid)


def customers(people: People, *, number: NDArray[np.int64], consent: NDArray[np.bool_]) -> pa.Table:
    """One row per person; ``number`` are the SIM numbers as pseudonyms, some held by two people in turn."""
    everyone = np.arange(people.size)
    loose = people.plan == company.TU_DO
    family = people.plan == company.GIA_DINH
    plan_of_loose = np.where(loose, people.plan, len(PLAN_CODES))
    costs = np.array([cost for _, cost, _ in company.SOURCES.values()])
    return pa.table(
        {
            "customer_id": customer_ids(people, everyone),
            "account_id": ids("a", people.number[people.lead], width=_WIDTH, valid=family),
            "type": codes(np.zeros(people.size, int), ("consumer",)),
            "first_seen": dates(people.joined),
            "acq_source": codes(people.source, tuple(company.SOURCES)),
            "acq_cost": whole(costs[people.source]),
            "segment": codes(people.number % 2, SEGMENTS),
            "region": codes(people.region, tuple(company.REGIONS)),
            "consent_research": pa.array(consent),
            "plan": codes(plan_of_loose, (*PLAN_CODES, "")),
            "offer": codes(np.where(loose, people.offer, 0), OFFERS),
            "msisdn_hash": ids("m", number, width=10),
        }
    )


def contracts(people: People, history: History, *, first: int) -> pa.Table:
    """One row per spell of a plan with a contract; ``price_per_month`` is the list price at signing."""
    spells = history.spells
    rows = np.flatnonzero(people.plan[spells.who] != company.TU_DO)
    who, ended = spells.who[rows], spells.exit[rows] != NEVER
    plan, reason = people.plan[who], spells.reason[rows]
    months = np.array([12 if p.cycle_days == 365 else 1 for p in company.PLANS])
    price = np.array([p.price for p in company.PLANS]) // months
    price = np.where(people.lead[who] == who, price[plan], 0)
    term = np.array([p.term_days or 0 for p in company.PLANS])[plan]
    return pa.table(
        {
            "contract_id": ids("k", first + np.arange(len(rows)), width=_WIDTH),
            "customer_id": customer_ids(people, who),
            "product": codes(_PRODUCT[plan], PRODUCTS),
            "plan": codes(plan, PLAN_CODES),
            "start": dates(spells.start[rows]),
            "end": dates(spells.exit[rows], valid=ended),
            "end_type": codes(_end_type(reason), ("", "voluntary", "involuntary", "transfer")),
            "end_reason": codes(reason, REASONS),
            "term_days": whole(term),
            "price_per_month": whole(price),
            "offer": codes(people.offer[who], OFFERS),
        }
    )


def _end_type(reason: NDArray[np.intp]) -> NDArray[np.intp]:
    kinds = np.array(
        [0 if not r else 3 if r == "owner_change" else 2 if r in company.INVOLUNTARY else 1 for r in REASONS]
    )
    ends: NDArray[np.intp] = kinds[reason]
    return ends


def net_of_tax(amount: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return amounts without the VAT inside them, to the nearest đồng."""
    return np.rint(amount / (1 + company.VAT)).astype(np.int64)


def transactions(
    people: People,
    payments: Payments,
    *,
    first: int,
    seconds: NDArray[np.int64],
    loaded: NDArray[np.integer],
) -> pa.Table:
    """One row per payment; ``loaded`` is the day the row reached the warehouse."""
    bonus = payments.kind == BONUS
    tax = np.where(bonus, 0, payments.amount - net_of_tax(payments.amount))
    paid_for = payments.begins >= 0
    channel = np.where(payments.kind == RECURRING, 1, seconds % len(CHANNELS))
    channel = np.where((payments.kind == RECHARGE) | ~bonus, channel, len(CHANNELS))
    return pa.table(
        {
            "txn_id": ids("t", first + np.arange(len(payments.who)), width=10),
            "customer_id": customer_ids(people, payments.who),
            "at": moments(payments.on, seconds),
            "amount": whole(payments.amount),
            "currency": codes(np.zeros(len(payments.who), np.int8), ("VND",)),
            "kind": codes(payments.kind, KINDS),
            "tax_amount": whole(tax),
            "period_from": dates(payments.begins, valid=paid_for),
            "period_to": dates(payments.ends, valid=paid_for),
            "channel": codes(channel, (*CHANNELS, "")),
            "loaded_at": moments(loaded, np.full(len(loaded), LOADED_SECOND)),
        }
    )
