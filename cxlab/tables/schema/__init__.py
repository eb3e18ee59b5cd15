"""The contract: every table a study can bring, its columns, keys, rules, and when each thing becomes known.

This is the single source: `data/README.md` is generated from it, sources are checked against it, and
`cxlab.tables.known` cuts by it.
"""

from __future__ import annotations

from collections.abc import Mapping

from cxlab.tables.schema import company, team, voice
from cxlab.tables.schema.contract import TYPE_WORDS, Column, Reference, Rule, Table, Type

__all__ = ["NEEDS", "PREPARED", "TABLES", "TYPE_WORDS", "Column", "Reference", "Rule", "Table", "Type", "see"]

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        company.CUSTOMERS,
        company.CONTRACTS,
        company.TRANSACTIONS,
        voice.RESPONSES,
        voice.ANSWERS,
        voice.VERBATIMS,
        team.CODEBOOK,
        team.CODINGS,
        company.TOUCHPOINTS,
        company.INTERACTIONS,
        company.LOOP_CASES,
        company.REFERRALS,
        team.INITIATIVES,
        team.COSTS,
        team.TARGETS,
        team.EVENTS,
        team.DECISIONS,
        team.COMMENTARY,
        company.RATES,
        company.ID_MAP,
    )
}
"""Every contract table by name, in the order of the dictionary."""

NEEDS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "churn": (("contracts",), ("transactions", "rules.activity")),
    "clv": (("transactions",), ("contracts.price_per_month",)),
    "nps": (("survey_responses",),),
    "revenue": (("survey_responses.customer_id", "transactions"),),
    "voc": (("verbatims",),),
}
"""What each question needs: any one of these sets is enough. ``table.column`` asks for a value in the column."""

PREPARED: Mapping[str, str] = {
    "lives": "churn",
    "panel": "revenue",
    "responses": "nps",
    "texts": "voc",
}
"""Prepared tables a notebook may name beside the contract's, and the question that needs the same sources."""


def see(table: str) -> str:
    """Return where the dictionary describes a table.

    >>> see("contracts")
    'data/README.md#contracts'
    """
    return f"data/README.md#{table}"
