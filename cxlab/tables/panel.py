"""The prepared table ``quarters``: one row per customer and fiscal quarter, money beside the score given in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ibis
import ibis.expr.types as ir

from cxlab.quarter import Quarter
from cxlab.tables.bucket import bucket_of
from cxlab.tables.config import Rules
from cxlab.tables.days import day_literal, day_of
from cxlab.tables.fiscal import calendar, quarter_end_of, quarter_of
from cxlab.tables.holding import OPEN_END, with_holding
from cxlab.tables.money import BASIS, known_share, margin_share, net_amount, revenue_rows, total

_TRAITS = ("account_id", "plan", "region", "segment")
_KEPT = ("bucket", "asked", "margin_share", *_TRAITS)
_SUMMED = ("net", "own")
_KEYS = ("customer_id", "quarter_number", "place")
_UNSPREAD = ("recharge", "one_time", "refund", "credit")
"""Kinds that count on their day; the period of a recharge says how long it is valid, not what it pays for."""


def panel(
    *,
    lives: ir.Table | None,
    transactions: ir.Table,
    responses: ir.Table,
    rules: Rules,
    quarters: Sequence[Quarter],
    held: Callable[[ir.Table], ir.Table] = lambda rows: rows,
    coded: Callable[[ir.Table], ir.Table] = lambda rows: rows,
) -> ir.Table:
    """Customers by quarter, from the first one they are active in to the first one after leaving.

    An amount that pays for a period counts by its days in each quarter, to the last unit; any other counts on its
    day. What is left of a period when its customer leaves, and what is booked afterwards, counts on the last day
    of the spell, so a quarter after leaving has no revenue. Quarters between two spells have no row but the
    first, and after a change of owner not even that one.

    Parameters
    ----------
    lives : Table or None
        Prepared spells; without them everybody stays a customer from the first transaction on.
    transactions : Table
        Contract table as known at the close, in the study's currency.
    responses : Table
        Prepared answers; the relationship score that counts is the quarter's.
    rules : Rules
        Tax, kinds that are no revenue, margins; which of several answers of a quarter counts.
    quarters : sequence of Quarter
        Quarters of the panel, one after the other; the last one ends at the close.
    held : callable
        Works a table out and gives it back, so that what is used three times is made once; by default it is not.
    coded : callable
        Lets the engine carry traits of spells as codes (`cxlab.tables.codes`); by default it carries texts.

    Returns
    -------
    Table
        ``customer_id, account_id, quarter_number`` (int32, `cxlab.quarter.Quarter.ordinal`), ``bucket`` (int32, of
        the account), ``revenue_amount, margin_amount`` (int64, minor units net of tax and refunds),
        ``active_days`` (int32), ``active_end`` (still a customer at the quarter's close), ``left`` (left in the
        quarter; a change of owner is no leaving), ``score`` (int8, missing without one), ``grp`` (promoter,
        passive, detractor; silent = asked and no score; '' = not asked), ``grp_before`` (the same, a quarter
        before), ``asked`` (customer asked in any of the quarters), ``plan, region, segment`` ('' = not known),
        ``tenure_days`` (int32, on the quarter's first day; 0 for those who join in it).
    """
    spells = held(_spells(lives, transactions=transactions, rules=rules))
    scores = held(_placed(_scores(responses, last=rules.answer == "last"), spells=spells, quarters=quarters))
    rows = _rows(coded(spells), asked=scores, quarters=quarters)
    money = _money(transactions, spells=spells, rules=rules, quarters=quarters)
    for more in (money, _told(scores, quarters=quarters)):
        rows = rows.left_join(more, "place").drop("place_right")
    shared = known_share(rows["shared"], rows["margin_share"], BASIS).fill_null(0)
    return rows.select(
        "customer_id",
        "account_id",
        "quarter_number",
        bucket=rows["bucket"],
        revenue_amount=rows["net"].fill_null(0).cast("int64"),
        margin_amount=(rows["own"].fill_null(0) + shared).cast("int64"),
        active_days=rows["active_days"],
        active_end=rows["active_end"],
        left=rows["left"],
        score=rows["score"],
        grp=rows["grp"].fill_null(""),
        grp_before=rows["grp_before"].fill_null(""),
        asked=rows["asked"],
        plan=rows["plan"],
        region=rows["region"],
        segment=rows["segment"],
        tenure_days=rows["tenure_days"],
    )


def _spells(lives: ir.Table | None, *, transactions: ir.Table, rules: Rules) -> ir.Table:
    """Return spells with their customer's number and the day from which on the next one of the customer holds."""
    if lives is None:
        first = transactions.group_by("customer_id").agg(start_day=day_of(transactions["at"]).min())
        unknown = {name: ibis.literal("") for name in _TRAITS[1:]}
        spells = first.mutate(
            account_id=first["customer_id"],
            spell=1,
            exit_day=ibis.null("int32"),
            cause=ibis.null("string"),
            **unknown,
        )
    else:
        spells = lives.select("customer_id", "spell", "start_day", "exit_day", "cause", *_TRAITS)
    spells = spells.mutate(
        gone_day=spells["exit_day"].fill_null(OPEN_END),
        transferred=ibis.coalesce(spells["cause"], "") == "transfer",
        bucket=bucket_of(spells["account_id"]),  # once per spell, not per quarter, and so the margin
        margin_share=margin_share(spells["plan"], rules=rules),
        number=ibis.dense_rank().over(order_by="customer_id"),
    )
    return with_holding(spells)


def _place(number: ir.IntegerValue, quarter: ir.IntegerValue, *, quarters: Sequence[Quarter]) -> ir.IntegerValue:
    """Return one number of a customer and quarter: compared and grouped by faster than an id and a number."""
    return (number * len(quarters) + (quarter - quarters[0].ordinal)).cast("int64")


def _placed(scores: ir.Table, *, spells: ir.Table, quarters: Sequence[Quarter]) -> ir.Table:
    """Give each score the place of its customer and quarter; those of no quarter of the panel are left out.

    Places of a customer lie one after the other, quarter by quarter.
    """
    people = spells.filter(spells["holds_from"] == -OPEN_END).select("customer_id", "number")
    scores = scores.filter(scores["quarter_number"].between(quarters[0].ordinal, quarters[-1].ordinal))
    scores = scores.inner_join(people, "customer_id")
    place = _place(scores["number"], scores["quarter_number"], quarters=quarters)
    return scores.select("number", "quarter_number", "score", "grp", place=place)


def _told(scores: ir.Table, *, quarters: Sequence[Quarter]) -> ir.Table:
    """Return by place the score and the group, and the group of the quarter before."""
    own = scores.select("place", "score", "grp", grp_before=ibis.null("string"))
    last = scores["quarter_number"] == quarters[-1].ordinal
    nothing = {"score": ibis.null("int8"), "grp": ibis.null("string")}
    before = scores.filter(~last).select(place=scores["place"] + 1, **nothing, grp_before="grp")
    both = own.union(before)
    return both.group_by("place").agg(**{name: both[name].max() for name in ("score", "grp", "grp_before")})


def _rows(spells: ir.Table, *, asked: ir.Table, quarters: Sequence[Quarter]) -> ir.Table:
    """Make one row per customer and quarter that spells touch.

    Those who were asked lie about together, so that whoever needs no others reads few of them: spells are put in
    order before they are made into quarters, which are many more, and joins afterwards move rows but a little.
    """
    spells = spells.mutate(asked=spells["number"].isin(asked["number"]))
    only = _touched(spells.filter(spells["only"]).order_by("asked", "customer_id"), quarters=quarters)
    several = _touched(spells.filter(~spells["only"]), quarters=quarters)
    merged = several.group_by(list(_KEYS)).agg(
        **{name: several[name].argmax(several["spell"]) for name in _KEPT},
        active_days=several["active_days"].sum().cast("int32"),
        active_end=several["active_end"].any(),
        left=several["left"].any(),
        tenure_days=several["tenure_days"].argmax(several["spell"]),
    )
    return only.drop("spell").union(merged.order_by("asked", "customer_id"))


def _touched(spells: ir.Table, *, quarters: Sequence[Quarter]) -> ir.Table:
    """Cross spells with the quarters they touch, up to the one after; spell by spell, quarter by quarter."""
    first = ibis.greatest(quarter_of(spells["start_day"], quarters=quarters), quarters[0].ordinal)
    last = ibis.least(quarter_of(spells["gone_day"] - 1, quarters=quarters) + 1, quarters[-1].ordinal)
    pairs = spells.mutate(quarter_number=ibis.range(first, last + 1).unnest().cast("int32"))
    pairs = pairs.inner_join(calendar(quarters), "quarter_number")
    start, gone = pairs["start_day"], pairs["gone_day"]
    active = (start < pairs["to_day"]) & (gone > pairs["from_day"])
    after = (gone <= pairs["from_day"]) & (gone > pairs["before_day"]) & ~pairs["transferred"]
    pairs = pairs.filter(active | after)
    days = ibis.least(pairs["gone_day"], pairs["to_day"]) - ibis.greatest(pairs["start_day"], pairs["from_day"])
    leaves = pairs["gone_day"].between(pairs["from_day"], pairs["to_day"] - 1)
    tenure = ibis.least(pairs["from_day"], pairs["gone_day"]) - pairs["start_day"]
    return pairs.select(
        "customer_id",
        "quarter_number",
        "spell",
        *_KEPT,
        place=_place(pairs["number"], pairs["quarter_number"], quarters=quarters),
        active_days=ibis.greatest(days, 0).cast("int32"),
        active_end=pairs["gone_day"] >= pairs["to_day"],
        left=leaves & ~pairs["transferred"],
        tenure_days=ibis.greatest(tenure, 0).cast("int32"),
    )


def _money(transactions: ir.Table, *, spells: ir.Table, rules: Rules, quarters: Sequence[Quarter]) -> ir.Table:
    """Sum revenue by customer and quarter, the margin rows bring, and the revenue a share of which is margin."""
    money = revenue_rows(transactions, rules=rules)
    net, at = net_amount(money, rules=rules), day_of(money["at"])
    spread = money["period_from"].notnull() & money["period_to"].notnull()
    spread = spread & ~ibis.coalesce(money["kind"], "").isin(_UNSPREAD)
    money = money.select(
        payer="customer_id",
        starts=ibis.ifelse(spread, day_of(money["period_from"]), at),
        ends=ibis.ifelse(spread, day_of(money["period_to"]), at + 1),
        net=net,
        own=ibis.coalesce(money["margin"], net - money["cost_amount"]),
    )
    money = money.filter(
        (money["ends"] > day_literal(quarters[0].start)) & (money["starts"] < day_literal(quarters[-1].end))
    )
    money = money.mutate(
        starts_in=quarter_of(money["starts"], quarters=quarters),
        until=quarter_end_of(money["starts"], quarters=quarters),
    )
    parts = _first_parts(_held(money, spells=spells), quarters=quarters)
    long = money.filter(money["ends"] > money["until"])
    parts = parts.union(_later_parts(_held(long, spells=spells), quarters=quarters))
    return parts.group_by("place").agg(
        net=total(parts["net"]),
        own=total(parts["own"]),
        shared=total(ibis.ifelse(parts["own"].isnull(), parts["net"], 0)),
    )


def _held(money: ir.Table, *, spells: ir.Table) -> ir.Table:
    """Give each amount to its spell; what lies after the spell moves to its last day."""
    held = spells.select("customer_id", "number", "holds_from", "holds_to", "gone_day")
    money = money.join(
        held,
        (money["payer"] == held["customer_id"])
        & (money["starts"] >= held["holds_from"])
        & (money["starts"] < held["holds_to"]),
    )
    moved = money["starts"] >= money["gone_day"]
    return money.select(
        "number", "net", "own", "starts_in", "until",
        starts=ibis.ifelse(moved, money["gone_day"] - 1, money["starts"]),
        ends=ibis.ifelse(moved, money["gone_day"], ibis.least(money["ends"], money["gone_day"])),
        moved=moved,
    )  # fmt: skip


def _first_parts(money: ir.Table, *, quarters: Sequence[Quarter]) -> ir.Table:
    """What of each amount counts in the quarter it starts in: nearly always all of it."""
    quarter = ibis.ifelse(money["moved"], quarter_of(money["starts"], quarters=quarters), money["starts_in"])
    cut = ~money["moved"] & (money["ends"] > money["until"])
    length, until = money["ends"] - money["starts"], money["until"] - money["starts"]
    parts = money.select(
        "number",
        quarter=quarter,
        **{name: ibis.ifelse(cut, known_share(money[name], until, length), money[name]) for name in _SUMMED},
    )
    parts = parts.filter(parts["quarter"].between(quarters[0].ordinal, quarters[-1].ordinal))
    return parts.select(*_SUMMED, place=_place(parts["number"], parts["quarter"], quarters=quarters))


def _later_parts(money: ir.Table, *, quarters: Sequence[Quarter]) -> ir.Table:
    """Cut amounts at the ends of quarters; the parts of an amount, the first one included, add up to it."""
    money = money.filter(~money["moved"] & (money["ends"] > money["until"]))
    first = ibis.greatest(money["starts_in"] + 1, quarters[0].ordinal)
    last = ibis.least(quarter_of(money["ends"] - 1, quarters=quarters), quarters[-1].ordinal)
    parts = money.mutate(quarter_number=ibis.range(first, last + 1).unnest().cast("int32"))
    parts = parts.inner_join(calendar(quarters), "quarter_number")
    length = parts["ends"] - parts["starts"]
    until = ibis.least(parts["ends"], parts["to_day"]) - parts["starts"]
    before = parts["from_day"] - parts["starts"]
    place = _place(parts["number"], parts["quarter_number"], quarters=quarters)
    return parts.select(
        **{
            name: known_share(parts[name], until, length) - known_share(parts[name], before, length)
            for name in _SUMMED
        },
        place=place,
    )


def of_waves(responses: ir.Table) -> ir.Table:
    """Keep what a panel reads of the answers: those of known customers asked how they stand with the company."""
    asked = responses.filter((responses["kind"] == "relationship") & (responses["customer_id"] != ""))
    return asked.select(
        "response_id", "customer_id", "kind", "quarter_number", "answered_day", "counts", "nps", "grp"
    )


def _scores(responses: ir.Table, *, last: bool) -> ir.Table:
    """Return the relationship score of each customer and quarter asked; silent where none was given."""
    asked = of_waves(responses)
    given = asked["counts"] & asked["nps"].notnull()
    day, then = asked["answered_day"], asked["response_id"]
    order = [day.desc(), then.desc()] if last else [day, then]
    place = ibis.row_number().over(group_by=["customer_id", "quarter_number"], order_by=[given.desc(), *order])
    first = asked.mutate(given=given, place=place)
    first = first.filter(first["place"] == 0)
    return first.select(
        "customer_id",
        "quarter_number",
        score=ibis.ifelse(first["given"], first["nps"], ibis.null("int8")),
        grp=ibis.ifelse(first["given"], first["grp"], "silent"),
    )
