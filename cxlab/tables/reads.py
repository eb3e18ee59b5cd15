"""Which contract tables the evidence of a question is made from: what its page names as its ground."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cxlab.tables.schema import TABLES

_LIVES = ("customers", "contracts", "transactions", "rates")
_RESPONSES = (*_LIVES, "survey_responses")

READS: Mapping[str, tuple[str, ...]] = {
    "churn": (*_RESPONSES, "loop_cases", "events"),
    "clv": _LIVES,
    "nps": (*_RESPONSES, "touchpoints", "interactions", "loop_cases", "events"),
    "revenue": _RESPONSES,
    "voc": (*_RESPONSES, "verbatims", "codebook", "codings"),
    "overview": ("targets", "events", "decisions", "commentary"),
}
"""By question, whether or not a study brings them; any other question reads what its notebook asks for."""

MADE_FROM: Mapping[str, tuple[str, ...]] = {
    "lives": _LIVES,
    "days": ("transactions", "rates"),
    "buying": _LIVES,
    "panel": _RESPONSES,
    "responses": _RESPONSES,
    "texts": (*_RESPONSES, "verbatims"),
}
"""Contract tables behind the prepared ones, which a notebook may name as well."""


def tables_read(question: str, *, asked: Iterable[str] = (), present: Iterable[str]) -> tuple[str, ...]:
    """Return the tables a question reads in a study, in the order of the dictionary.

    Parameters
    ----------
    question : str
        Such as ``"churn"``.
    asked : iterable of str
        Tables its notebook says it cannot do without, contract tables or prepared ones.
    present : iterable of str
        Tables the study brings.

    Examples
    --------
    >>> tables_read("churn", present=["contracts", "verbatims"])
    ('contracts',)
    >>> tables_read("growth", asked=["referrals", "lives"], present=["referrals", "contracts", "codings"])
    ('contracts', 'referrals')
    """
    named = [table for name in asked for table in MADE_FROM.get(name, (name,))]
    wanted = {*READS.get(question, ()), *named} & set(present)
    return tuple(name for name in TABLES if name in wanted)
