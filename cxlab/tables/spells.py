"""Spells: what covers a customer, joined as long as no day lies between.

Most customers have one contract, or signs of life without a gap: their spell is there to be read. Only the covers
of the others are put in order and joined one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import ibis
import ibis.expr.types as ir

from cxlab.tables.activity import Signs
from cxlab.tables.days import day_of

_OPEN_END = 2**31 - 1
_TOLD = {"plan": "plan", "offer": "offer", "cause": "end_type", "reason": "end_reason"}
"""What a contract tells of its spell, and the column it stands in."""
_SPELL = ("customer_id", "spell", "start_day", "last_sign", "by_activity", *_TOLD, "until")


def spells(
    *,
    contracts: ir.Table | None,
    signs: Signs | None,
    apart: bool,
    close_day: int,
    held: Callable[[ir.Table], ir.Table],
) -> ir.Table:
    """Join covers without a day between them into spells; the last cover says how a spell ended.

    Parameters
    ----------
    contracts : Table or None
        Contracts as known.
    signs : Signs or None
        Signs of life; one of the two must be there.
    apart : bool
        Whether nobody has both.
    close_day : int
        An end on or after it is none yet.
    held : callable
        As in `cxlab.tables.prepare.lives`.

    Returns
    -------
    Table
        ``customer_id, spell, start_day, last_sign`` (int32), ``by_activity, plan, offer, cause, reason,
        exit_day`` (int32, missing while active).
    """
    made, covers, both = [], [], None
    if signs is not None:
        signs = replace(signs, people=held(signs.people))
        both = None if apart or contracts is None else signs.people.semi_join(contracts, "customer_id")
        tangled = _tangled(signs.people, both=both)
        made.append(_unbroken(signs.people.anti_join(tangled, "number")))
        covers.append(_sign_covers(signs, people=tangled))
    if contracts is not None:
        single, others = _single(contracts, both=both)
        made.append(single)
        covers.append(others)
    made.append(_joined(_union(covers)))
    found = _union([table.select(*_SPELL) for table in made])
    exit_day = ibis.ifelse(found["until"] < close_day, found["until"], ibis.null("int32")).cast("int32")
    return found.mutate(exit_day=exit_day).drop("until")


def _union(tables: list[ir.Table]) -> ir.Table:
    return ibis.union(*tables) if len(tables) > 1 else tables[0]


def _tangled(people: ir.Table, *, both: ir.Table | None) -> ir.Table:
    """Return the people whose covers may leave a gap, or who have contracts as well."""
    late = (people["first_day"] > people["joining_until"]).fill_null(False)
    tangled = people.filter(people["gaps"] | late)
    return tangled if both is None else tangled.union(both, distinct=True)


def _unbroken(people: ir.Table) -> ir.Table:
    """Return the one spell of each customer whose signs leave no gap."""
    joining = people["joining_until"]
    reaches = people["carried"] | joining.notnull()
    return people.select(
        "customer_id",
        spell=(people["back"].cast("int32") + 1).cast("int32"),
        start_day=ibis.ifelse(reaches, people["joined_day"], people["first_day"]),
        last_sign=ibis.coalesce(people["last_day"], people["joined_day"]),
        by_activity=ibis.literal(True),
        **{name: ibis.null("string") for name in _TOLD},
        until=ibis.greatest(people["until"].fill_null(joining), joining.fill_null(people["until"])),
    )


def _sign_covers(signs: Signs, *, people: ir.Table) -> ir.Table:
    """Return what the people's signs cover, each cover once, and what joining covers."""
    who = people.select("customer_id", "number", "back")
    heard = signs.rows.inner_join(who, "number").select("customer_id", "from_day", "to_day", "back")
    joining = people.filter(people["joining_until"].notnull())
    joining = joining.select("customer_id", from_day="joined_day", to_day="joining_until", back="back")
    carried = people.filter(people["carried"])
    carried = carried.select("customer_id", from_day="joined_day", to_day="first_day", back="back")
    rows = ibis.union(heard, joining, carried, distinct=True)  # equal covers have no order
    return rows.select(
        "customer_id",
        "from_day",
        until="to_day",
        sign=ibis.literal(""),
        by_activity=ibis.literal(True),
        back="back",
        **{name: ibis.null("string") for name in _TOLD},
    )


def _single(contracts: ir.Table, *, both: ir.Table | None) -> tuple[ir.Table, ir.Table]:
    """Return the spells of customers with one contract and nothing else, and the covers of the others."""
    covers = contracts.select(
        "customer_id",
        from_day=day_of(contracts["start"]),
        until=day_of(contracts["end"]).fill_null(_OPEN_END),
        sign=contracts["contract_id"],
        by_activity=ibis.literal(False),
        back=ibis.literal(False),
        **{name: contracts[column] for name, column in _TOLD.items()},
    )
    counted = covers.group_by("customer_id").agg(
        contracts=covers.count(), **{name: covers[name].arbitrary() for name in ("from_day", "until", *_TOLD)}
    )
    one = counted["contracts"] == 1
    single, more = counted.filter(one), counted.filter(~one).select("customer_id")
    if both is not None:
        single = single.anti_join(both, "customer_id")
        more = more.union(both.select("customer_id"))
    single = single.mutate(
        spell=ibis.literal(1, type="int32"),
        start_day="from_day",
        last_sign="from_day",
        by_activity=ibis.literal(False),
    )
    return single, covers.semi_join(more, "customer_id")


def _joined(covers: ir.Table) -> ir.Table:
    """Join covers, whatever they are, one after the other."""
    order = ["from_day", "until", "sign"]
    before = ibis.window(group_by="customer_id", order_by=order, rows=(None, -1))
    covers = covers.mutate(covered_until=covers["until"].max().over(before))
    begins = covers["covered_until"].isnull() | (covers["from_day"] > covers["covered_until"])
    so_far = ibis.window(group_by="customer_id", order_by=order, rows=(None, 0))
    covers = covers.mutate(begins=begins.cast("int32"))
    covers = covers.mutate(
        spell=(covers["begins"].sum().over(so_far) + covers["back"].cast("int32")).cast("int32")
    )
    told = covers.group_by(["customer_id", "spell"]).agg(
        start_day=covers["from_day"].min(),
        last_sign=covers["from_day"].max(),
        latest=_row(covers, "by_activity", "plan", "cause", "reason", "until").argmax(
            _row(covers, "until", "from_day", "sign")
        ),
        earliest=_row(covers, "offer").argmin(_row(covers, *order)),
    )
    return told.unpack("latest", "earliest")


def _row(covers: ir.Table, *columns: str) -> ir.StructColumn:
    """Columns as one value, which is there though all of them may be missing."""
    return ibis.struct({name: covers[name] for name in columns})
