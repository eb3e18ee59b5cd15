"""Tables of what customers said: invitations, answers, texts."""

from __future__ import annotations

from cxlab.tables.schema.contract import (
    CUSTOMER_IF_KNOWN,
    LOADED,
    RESPONSE,
    Reference,
    Table,
    above,
    column,
    order,
    within,
)

RESPONSES = Table(
    name="survey_responses",
    meaning="One row per invitation to a survey, answered or silent.",
    columns=(
        column("response_id!", "id", "the invitation"),
        column("customer_id", "id", "who was asked; missing = anonymous"),
        column("survey", "code", "which survey"),
        column("kind", "code", "what it asks about", "relationship", "transactional"),
        column("wave", "code", "wave"),
        column("touchpoint_id", "id", "the touchpoint it asks about"),
        column("interaction_id", "id", "the interaction it asks about"),
        column("invited_at", "timestamp", "when the invitation left"),
        column("delivered_at", "timestamp", "when it reached the customer"),
        column("answered_at+", "timestamp", "when it was answered; missing = silent", known_at="answered_at"),
        column("mode", "code", "how it was answered", known_at="answered_at"),
        column("language", "code", "language of the answer", known_at="answered_at"),
        column("nps", "integer", "0 to 10", known_at="answered_at"),
        column("csat", "real", "satisfaction, on the scale of the row", known_at="answered_at"),
        column("ces", "real", "effort, on the scale of the row", known_at="answered_at"),
        column("scale_min", "real", "lowest answer of csat and ces"),
        column("scale_max", "real", "highest answer of csat and ces"),
        column("weight", "real", "survey weight"),
        LOADED,
    ),
    key=("response_id",),
    dated_by=("invited_at", "answered_at"),
    rules=(
        order("invited_at", "answered_at"),
        within("nps", "0", "10"),
        within("csat", "scale_min", "scale_max"),
        within("ces", "scale_min", "scale_max"),
        above("weight", "0"),
    ),
    references=(CUSTOMER_IF_KNOWN,),
)

ANSWERS = Table(
    name="answers",
    meaning="One row per answer to one item of a survey.",
    columns=(
        column("response_id!", "id", "the invitation"),
        column("item!", "code", "the item"),
        column("value", "real", "the answer as a number"),
        column("text", "text", "the answer in words"),
        column("scale_min", "real", "lowest answer of the item"),
        column("scale_max", "real", "highest answer of the item"),
        LOADED,
    ),
    key=("response_id", "item"),
    parent=Reference(column="response_id", table="survey_responses", to="response_id"),
    rules=(within("value", "scale_min", "scale_max"),),
    references=(Reference(column="response_id", table="survey_responses", to="response_id"),),
)

VERBATIMS = Table(
    name="verbatims",
    meaning="One row per text a customer wrote or said.",
    columns=(
        column("verbatim_id!", "id", "the text"),
        column("response_id", "id", "the invitation it answers"),
        column("customer_id", "id", "who said it"),
        column("text!", "text", "the words"),
        column("language", "code", "its language"),
        column("source", "code", "where it comes from", "survey", "call", "chat", "review", "interview"),
        column("at", "timestamp", "when it was said; missing = when the survey was answered"),
        LOADED,
    ),
    key=("verbatim_id",),
    dated_by=("at",),
    parent=Reference(column="response_id", table="survey_responses", to="response_id"),
    references=(RESPONSE, CUSTOMER_IF_KNOWN),
)
