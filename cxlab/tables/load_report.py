"""What was read, accepted and refused, how tables join and reach, and which questions can run on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from cxlab.tables.accept import Accepted
from cxlab.tables.config import StudyConfig
from cxlab.tables.coverage import span
from cxlab.tables.fingerprint import code_version, digest
from cxlab.tables.known import count_late
from cxlab.tables.known_tables import KnownTables
from cxlab.tables.left_out import refused_customers
from cxlab.tables.parts import part_files
from cxlab.tables.schema import NEEDS, TABLES
from cxlab.tables.whole_files import write_whole

Json: TypeAlias = Any

_JOINED = {"responses_to_customers": "customers", "responses_to_money": "transactions"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReport:
    """One table.

    Parameters
    ----------
    read, accepted, quarantined : int
        Rows of the sources; with ``withheld`` the last two add up to the first.
    withheld : mapping of str to int
        Rows left out on purpose: of people who were ``erased``, of people who did not agree (``no_consent``).
    late : int
        Accepted rows loaded after the knowledge date: not used.
    reasons : mapping of str to int
        Quarantined rows per reason; a row may have several.
    first, last : date or None
        Days the rows as known reach from and to.
    dated, versioned : bool
        Whether the rows say when they were loaded, and since when they are valid; without these the table is
        reconstructed, not as it was known.
    places : mapping of str to sequence of str
        Per reason the file and record number of the first rows.
    contents : str
        Hash of the accepted rows, whatever their order.
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
    places: Mapping[str, Sequence[str]] = field(default_factory=dict)
    withheld: Mapping[str, int] = field(default_factory=dict)
    contents: str = ""


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
    refused : int or None
        Customers who did not agree to research; None if the customers do not say.
    consent : tuple of str
        Tables that leave their rows out.
    """

    tables: Mapping[str, TableReport]
    joined: Mapping[str, float]
    questions: Mapping[str, str | None]
    refused: int | None = None
    consent: tuple[str, ...] = ()

    @property
    def customers(self) -> int:
        """How many customers were accepted, or contracts where nothing else is known of customers."""
        there = (self.tables[name].accepted for name in ("customers", "contracts") if name in self.tables)
        return next(there, 0)

    def cannot_run(self, question: str) -> str | None:
        """Say why a question cannot run; None if it can."""
        return self.questions.get(question)


def report(
    accepted: Mapping[str, Accepted],
    *,
    tables: KnownTables,
    config: StudyConfig,
    engine: Backend,
    remembered: Path,
) -> LoadReport:
    """Count what a quarter has to work with; what was counted of the same rows by the same day is not again.

    Parameters
    ----------
    accepted : mapping of str to Accepted
        Tables after the checks.
    tables : KnownTables
        The same as known at the close.
    remembered : Path
        Folder of what was counted before; the name of a file holds the fingerprint of all it depends on.
    """

    def once(what: str, of: Iterable[str], count: Callable[[], Json]) -> Json:
        names = sorted({each for name in of for each in _rests_on(name)} & accepted.keys())
        dates = [tables.close, tables.as_of]
        if any(TABLES[name].team for name in names):
            dates.append(tables.team_as_of)  # it may be every day's own: only the team's tables are counted anew
        rows = {name: (accepted[name].contents, name in tables.versions) for name in names}
        file = remembered / f"{what}-{tables.close}-{digest(rows, dates, tables.currency, code_version())}.json"
        try:
            return json.loads(file.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            found = count()
            write_whole(file, json.dumps(found))
            return found

    counted = {
        name: once(name, [name], partial(_counted, of, tables=tables, engine=engine))
        for name, of in accepted.items()
    }
    ordered = sorted(accepted.items(), key=lambda item: list(TABLES).index(item[0]))
    return LoadReport(
        tables={name: _table(of, counted=counted[name]) for name, of in ordered},
        joined=once("joined", ["survey_responses", *_JOINED.values()], partial(_joined, tables)),
        questions={question: _missing(question, accepted=accepted, config=config) for question in NEEDS},
        refused=once("refused", ["customers"], partial(_refused, accepted, engine=engine)),
        consent=tuple(sorted(config.privacy.consent, key=list(TABLES).index)),
    )


def _rests_on(name: str) -> Iterator[str]:
    """Yield a table and every other its rows as known depend on."""
    yield name
    parent = TABLES[name].parent
    if parent is not None:
        yield from _rests_on(parent.table)
    if name == "transactions":
        yield "rates"


def _refused(accepted: Mapping[str, Accepted], *, engine: Backend) -> int | None:
    who = refused_customers(accepted)
    return int(engine.con.execute(f"SELECT count(*) FROM ({who})").fetchall()[0][0]) if who else None


def _counted(of: Accepted, *, tables: KnownTables, engine: Backend) -> Json:
    late = 0
    if "loaded_at" in of.brought:
        rows = engine.read_parquet(part_files(of.file))
        late = count_late(rows, table=TABLES[of.table], close=tables.close, as_of=tables.as_of)
    days = span(tables[of.table], table=of.table)
    return {"late": late, "days": [day.isoformat() for day in days] if days else None}


def _table(of: Accepted, *, counted: Mapping[str, Any]) -> TableReport:
    schema = TABLES[of.table]
    first, last = map(date.fromisoformat, counted["days"]) if counted["days"] else (None, None)
    return TableReport(
        table=of.table,
        read=of.read,
        accepted=of.accepted,
        quarantined=of.quarantined,
        late=counted["late"],
        reasons=of.reasons,
        first=first,
        last=last,
        dated="loaded_at" in of.brought or schema.team,
        versioned="valid_from" in of.brought or not schema.versioned,
        places=of.places,
        withheld=of.withheld,
        contents=of.contents,
    )


def _joined(tables: Mapping[str, ir.Table]) -> dict[str, float]:
    if "survey_responses" not in tables:
        return {}
    answers = tables["survey_responses"]
    answers = answers.filter(answers["answered_at"].notnull())
    total = int(answers.count().execute())
    shares = {}
    for share, name in _JOINED.items():
        if total and name in tables:
            shares[share] = int(answers.semi_join(tables[name], "customer_id").count().execute()) / total
    return shares


def _missing(question: str, *, accepted: Mapping[str, Accepted], config: StudyConfig) -> str | None:
    """Say what a question lacks; of several ways the one that lacks least."""
    needs = [_with_plans(way, config=config) for way in NEEDS[question]]
    lacks: list[list[str]] = [
        [need for need in way if not _has(need, accepted=accepted, config=config)] for way in needs
    ]
    if any(not lack for lack in lacks):
        return None
    ways = " or ".join(" and ".join(way) for way in needs)
    # of ways that lack the same the one of which more is there
    least = min(zip(lacks, needs, strict=True), key=lambda pair: (len(pair[0]), -len(pair[1])))[0]
    return f"{question} needs {ways}; missing: {', '.join(least)}"


def _with_plans(way: tuple[str, ...], *, config: StudyConfig) -> tuple[str, ...]:
    """Add the customers where the activity rule asks for their plans."""
    activity = config.rules.activity
    return (*way, "customers") if "rules.activity" in way and activity and activity.plans else way


def _has(need: str, *, accepted: Mapping[str, Accepted], config: StudyConfig) -> bool:
    if need == "rules.activity":
        return config.rules.activity is not None
    table, _, column = need.partition(".")
    if table not in accepted or not accepted[table].accepted:
        return False
    return not column or column in {*accepted[table].brought} - {*accepted[table].empty}
