"""The prepared table ``responses``: one row per invitation, scores with what is known of the customer."""

from __future__ import annotations

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from cxlab.quarter import Quarter
from cxlab.tables.bucket import bucket_of
from cxlab.tables.config import Rules
from cxlab.tables.days import day_of
from cxlab.tables.fiscal import named_quarter, quarter_number
from cxlab.tables.traits import with_traits

_ONCE = ["customer_id", "survey", "kind", "wave"]
"""Of several answers with the same of these one counts."""


def responses(
    invitations: ir.Table,
    *,
    lives: ir.Table | None,
    customers: ir.Table | None,
    rules: Rules,
    about: Quarter,
    held: Callable[[ir.Table], ir.Table] = lambda rows: rows,
) -> ir.Table:
    """Invitations as counted: their quarter, their group, and which answer of a customer counts.

    The quarter is the one the wave names; where it names none, or ``rules.wave`` says otherwise, the one of the
    answer, else of the invitation. Of several answers of a customer to a survey in one wave (one quarter, where
    no wave is named) the one ``rules.answer`` declares counts; of anonymous answers all do.

    Parameters
    ----------
    invitations : Table
        ``survey_responses`` as known at the close.
    lives, customers : Table or None
        Prepared spells and the contract table, for the columns of the customer.
    rules : Rules
        Which answer counts, and what a wave is.
    about : Quarter
        The quarter studied, in whose count quarters are numbered.
    held : callable
        Works a table out and gives it back, so that what is used several times is made once; by default it is not.

    Returns
    -------
    Table
        ``response_id, customer_id`` ('' = anonymous), ``account_id, bucket`` (int32; of the account, else the
        customer, else the response on its own), ``survey, kind, touchpoint_id,
        quarter_number, invited_day, delivered_day, answered_day`` (int32; answered missing = silent), ``counts,
        mode, language, nps`` (int8), ``csat, ces, scale_min, scale_max, weight`` (float64; weight 1 where none is
        given), ``grp`` (promoter, passive, detractor, '' without nps), ``plan, region, acq_source, segment,
        offer`` ('' = not known), ``tenure_days`` (int32, when invited), ``active_end``.
    """
    rows = _with_wave(invitations, rules=rules, about=about)
    rows = _counted(rows, last=rules.answer == "last", held=held)
    rows = rows.mutate(asked_day=ibis.coalesce(rows["invited_day"], rows["answered_day"]))
    rows = with_traits(rows, day="asked_day", lives=lives, customers=customers, held=held)
    alone = ibis.literal("response ") + rows["response_id"]
    account = ibis.coalesce(rows["account_id"].nullif(""), rows["customer_id"].nullif(""), alone)
    rows = rows.mutate(bucket=bucket_of(account))
    return rows.select(
        "response_id", "customer_id", "account_id", "bucket", "survey", "kind", "touchpoint_id", "quarter_number",
        "invited_day", "delivered_day", "answered_day", "counts", "mode", "language", "nps", "csat", "ces",
        "scale_min", "scale_max", "weight", "grp", "plan", "region", "acq_source", "segment", "offer",
        "tenure_days", "active_end",
    )  # fmt: skip


def _with_wave(invitations: ir.Table, *, rules: Rules, about: Quarter) -> ir.Table:
    rows = invitations
    touched = rows["touchpoint_id"].notnull() | rows["interaction_id"].notnull()
    happened = [quarter_number(rows[at], about=about) for at in ("answered_at", "invited_at")]
    ways = {
        "declared": happened if about.interim else [named_quarter(rows["wave"]), *happened],
        "answered": happened,
        "invited": happened[::-1],
    }
    return rows.select(
        "response_id",
        "csat",
        "ces",
        "scale_min",
        "scale_max",
        "answered_at",
        customer_id=rows["customer_id"].fill_null(""),
        survey=rows["survey"].fill_null(""),
        kind=ibis.coalesce(rows["kind"], ibis.ifelse(touched, "transactional", "relationship")),
        wave=ibis.coalesce(rows["wave"], "") if rules.wave == "declared" else ibis.literal(""),
        touchpoint_id=rows["touchpoint_id"].fill_null(""),
        quarter_number=ibis.coalesce(*ways[rules.wave]),
        invited_day=day_of(rows["invited_at"]),
        delivered_day=day_of(rows["delivered_at"]),
        answered_day=day_of(rows["answered_at"]),
        mode=rows["mode"].fill_null(""),
        language=rows["language"].fill_null(""),
        nps=rows["nps"].cast("int8"),
        weight=rows["weight"].fill_null(1.0),
        grp=group_of(rows["nps"]),
    )


def group_of(nps: ir.IntegerValue) -> ir.StringValue:
    """Return promoter (9, 10), passive (7, 8), detractor (0 to 6), or '' without a score."""
    return ibis.cases((nps >= 9, "promoter"), (nps >= 7, "passive"), (nps >= 0, "detractor"), else_="")


def _counted(rows: ir.Table, *, last: bool, held: Callable[[ir.Table], ir.Table]) -> ir.Table:
    """Mark the one answer of a customer, survey and wave that counts; of anonymous ones every answer."""
    scored = rows["answered_at"].notnull() & ibis.coalesce(rows["nps"], rows["csat"], rows["ces"]).notnull()
    wave = ibis.ifelse(rows["wave"] == "", rows["quarter_number"].cast("string"), rows["wave"])
    answers = rows.mutate(wave=wave).filter(scored & (rows["customer_id"] != ""))
    answers = held(answers.select("response_id", "answered_at", *_ONCE))
    again = answers.group_by(_ONCE).agg(answers=answers.count())
    several = answers.semi_join(again.filter(again["answers"] > 1), _ONCE)  # few are: no need to order all
    at, then = several["answered_at"], several["response_id"]
    order = [at.desc(), then.desc()] if last else [at, then]
    place = ibis.row_number().over(group_by=_ONCE, order_by=order)
    others = several.mutate(place=place)
    others = held(others.filter(others["place"] > 0).select("response_id"))
    return rows.mutate(counts=scored & rows["response_id"].notin(others["response_id"]))
