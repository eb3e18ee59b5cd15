"""The prepared table ``texts``: one row per text a customer wrote, with the score and the customer beside it."""

from __future__ import annotations

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from cxlab.quarter import Quarter
from cxlab.tables.days import day_of
from cxlab.tables.fiscal import quarter_number
from cxlab.tables.traits import with_traits

_OF_ANSWER = ("nps", "csat", "scale_max", "grp", "touchpoint_id")


def texts(
    verbatims: ir.Table,
    *,
    responses: ir.Table | None,
    lives: ir.Table | None,
    customers: ir.Table | None,
    about: Quarter,
    held: Callable[[ir.Table], ir.Table] = lambda rows: rows,
) -> ir.Table:
    """Texts with what is known of the answer and the customer they belong to.

    A text of blanks alone is none. One without a day of its own was said when its survey was answered; the
    quarter is the one of the answer, else of the day.

    Parameters
    ----------
    verbatims : Table
        Contract table as known at the close; texts are cleaned and redacted since they were loaded.
    responses, lives, customers : Table or None
        Prepared answers and spells, and the contract table.
    about : Quarter
        The quarter studied, in whose count quarters are numbered.
    held : callable
        As in `cxlab.tables.responses.responses`.

    Returns
    -------
    Table
        ``verbatim_id, response_id, customer_id, account_id`` ('' = not known), ``quarter_number, day`` (int32),
        ``source, language, text``, ``text_hash`` (32 hex digits of the sha-256 of the text), ``words`` (int32),
        ``nps`` (int8), ``csat, scale_max`` (float64), ``grp, touchpoint_id, plan, region, segment`` ('' = not
        known), ``tenure_days`` (int32, on the day).
    """
    verbatims = verbatims.filter(verbatims["text"].strip() != "")
    rows = _with_answer(verbatims, responses=responses, about=about)
    rows = with_traits(rows, day="day", lives=lives, customers=customers, held=held)
    return rows.select(
        "verbatim_id",
        "response_id",
        "customer_id",
        "account_id",
        "quarter_number",
        "day",
        source=rows["source"].fill_null(""),
        language=rows["language"].fill_null(""),
        text=rows["text"],
        text_hash=rows["text"].hexdigest("sha256").substr(0, 32),
        words=rows["text"].strip().re_split(r"\s+").length().cast("int32"),
        nps=rows["nps"],
        csat=rows["csat"],
        scale_max=rows["scale_max"],
        grp=rows["grp"],
        touchpoint_id=rows["touchpoint_id"],
        plan=rows["plan"],
        region=rows["region"],
        segment=rows["segment"],
        tenure_days=rows["tenure_days"],
    )


def _with_answer(verbatims: ir.Table, *, responses: ir.Table | None, about: Quarter) -> ir.Table:
    said = verbatims.select(
        "verbatim_id", "text", "source", "language", "customer_id",
        response_id=verbatims["response_id"].fill_null(""),
        own_day=day_of(verbatims["at"]),
        own_quarter=quarter_number(verbatims["at"], about=about),
    )  # fmt: skip
    if responses is None:
        none = {"nps": ibis.null("int8"), "csat": ibis.null("float64"), "scale_max": ibis.null("float64")}
        said = said.mutate(**none, grp=ibis.literal(""), touchpoint_id=ibis.literal(""))
        return said.rename(day="own_day", quarter_number="own_quarter")
    answers = responses.select(
        "answered_day",
        "quarter_number",
        *_OF_ANSWER,
        answer_id="response_id",
        answerer="customer_id",
        spoke=responses["language"],
    )
    rows = said.left_join(answers, said["response_id"] == answers["answer_id"])
    return rows.mutate(
        customer_id=ibis.coalesce(rows["customer_id"], rows["answerer"]),
        language=ibis.coalesce(rows["language"], rows["spoke"]),
        day=ibis.coalesce(rows["own_day"], rows["answered_day"]),
        quarter_number=ibis.coalesce(rows["quarter_number"], rows["own_quarter"]),
        grp=rows["grp"].fill_null(""),
        touchpoint_id=rows["touchpoint_id"].fill_null(""),
    )
