"""What was read, accepted and refused, how tables join and reach, and which questions can run on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from cxlab.tables.accept import Accepted
from cxlab.tables.config import StudyConfig
from cxlab.tables.coverage import span
from cxlab.tables.known import count_late
from cxlab.tables.schema import NEEDS, TABLES


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReport:
    """One table.

    Parameters
    ----------
    read, accepted, quarantined : int
        Rows of the sources; the last two add up to the first.
    late : int
        Accepted rows loaded after the knowledge date: not used.
    reasons : mapping of str to int
        Quarantined rows per reason; a row may have several.
    first, last : date or None
        Days the rows as known reach from and to.
    dated, versioned : bool
        Whether the rows say when they were loaded, and since when they are valid; without these the table is
        reconstructed, not as it was known.
    """

    table: str
    read: int
    accepted: int
    quarantined: int
    late: int
    reasons: Mapping[str, int]
    first: date | None
    last: date | None
    dated: bool
    versioned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """All tables of a study at one quarter.

    Parameters
    ----------
    tables : mapping of str to TableReport
        By name, in the order of the dictionary.
    joined : mapping of str to float
        Share (0 to 1) of answered responses that belong to a known customer (``responses_to_customers``) and to
        one with transactions (``responses_to_money``).
    questions : mapping of str to (str or None)
        Why a question cannot run, None where it can.
    """

    tables: Mapping[str, TableReport]
    joined: Mapping[str, float]
    questions: Mapping[str, str | None]

    def cannot_run(self, question: str) -> str | None:
        """Say why a question cannot run; None if it can."""
        return self.questions.get(question)


def report(
    accepted: Mapping[str, Accepted],
    *,
    tables: Mapping[str, ir.Table],
    config: StudyConfig,
    engine: Backend,
    close: date,
    as_of: date,
) -> LoadReport:
    """Count what a quarter has to work with.

    Parameters
    ----------
    accepted : mapping of str to Accepted
        Tables after the checks.
    tables : mapping of str to Table
        The same as known at the close.
    """
    return LoadReport(
        tables={
            name: _table(of, known=tables[name], engine=engine, close=close, as_of=as_of)
            for name, of in sorted(accepted.items(), key=lambda item: list(TABLES).index(item[0]))
        },
        joined=_joined(tables),
        questions={question: _missing(question, accepted=accepted, config=config) for question in NEEDS},
    )


def _table(of: Accepted, *, known: ir.Table, engine: Backend, close: date, as_of: date) -> TableReport:
    schema = TABLES[of.table]
    rows = engine.read_parquet(of.file)
    days = span(known, table=of.table)
    dated = "loaded_at" in of.brought
    return TableReport(
        table=of.table,
        read=of.read,
        accepted=of.accepted,
        quarantined=of.quarantined,
        late=count_late(rows, table=schema, close=close, as_of=as_of) if dated else 0,
        reasons=of.reasons,
        first=days[0] if days else None,
        last=days[1] if days else None,
        dated=dated or schema.team,
        versioned="valid_from" in of.brought or not schema.versioned,
    )


def _joined(tables: Mapping[str, ir.Table]) -> dict[str, float]:
    if "survey_responses" not in tables:
        return {}
    answers = tables["survey_responses"]
    answers = answers.filter(answers["answered_at"].notnull())
    total = int(answers.count().execute())
    shares = {}
    for share, name in (("responses_to_customers", "customers"), ("responses_to_money", "transactions")):
        if total and name in tables:
            shares[share] = int(answers.semi_join(tables[name], "customer_id").count().execute()) / total
    return shares


def _missing(question: str, *, accepted: Mapping[str, Accepted], config: StudyConfig) -> str | None:
    """Say what a question lacks; of several ways the one that lacks least."""
    lacks: list[list[str]] = [
        [need for need in way if not _has(need, accepted=accepted, config=config)] for way in NEEDS[question]
    ]
    if any(not lack for lack in lacks):
        return None
    ways = " or ".join(" and ".join(way) for way in NEEDS[question])
    least = sorted(lacks, key=len)[0]
    return f"{question} needs {ways}; missing: {', '.join(least)}"


def _has(need: str, *, accepted: Mapping[str, Accepted], config: StudyConfig) -> bool:
    if need == "rules.activity":
        return config.rules.activity is not None
    table, _, column = need.partition(".")
    if table not in accepted or not accepted[table].accepted:
        return False
    return not column or column in accepted[table].brought
