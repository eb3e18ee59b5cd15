"""Rows a load leaves out on purpose: those of people erased, and those people did not consent to.

Each typed row of a source is tested where it is read: a person's column is looked up in the list of the erased and
among the customers who refused; a row of an answer or of a text follows the answer or the text it belongs to. What
is withheld stands in no made file, the quarantine included; it is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from ibis.backends.duckdb import Backend

from cxlab.tables.config import Source
from cxlab.tables.engine import name, quote
from cxlab.tables.private import write_private
from cxlab.tables.schema import Table
from cxlab.tables.suppressed import ANY_SLOT, SLOTS, Suppressed, quick, slot_of

ERASED, NO_CONSENT = "erased", "no_consent"

PEOPLE = ("customer_id", "referrer_id", "referred_id")
"""Columns that say whose row it is."""

ACCOUNTS = ("account_id", "parent_account_id")
"""Columns that may name a person who pays for others: the others stay, under an account of another name."""

FOLLOWS: Mapping[str, str] = {"response_id": "survey_responses", "verbatim_id": "verbatims"}
"""Columns that say which row of another table a row belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withholding:
    """What is left out of one table.

    Parameters
    ----------
    suppressed : Suppressed
        Who was erased.
    refused : str
        SQL of the customers who refused, where their rows of this table are left out; else ''.
    spoke : mapping of str to str
        By column SQL of the answers of customers who refused, where these stay themselves.
    left : mapping of str to Path
        By column the file of the rows left out of the table it points at.
    """

    suppressed: Suppressed = field(default_factory=Suppressed)
    refused: str = ""
    spoke: Mapping[str, str] = field(default_factory=dict)
    left: Mapping[str, Path] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.suppressed or self.refused or self.left)


def tell_engine(engine: Backend, *, suppressed: Suppressed) -> None:
    """Let the engine know who was erased: the table ``suppressed`` and a bit for every slot."""
    entries = sorted(suppressed.slots)
    engine.con.execute(
        "CREATE OR REPLACE TEMP TABLE suppressed AS SELECT unnest(?::VARCHAR[]) AS entry", [entries]
    )
    slots = set(suppressed.slots.values())
    anywhere = ANY_SLOT in slots or suppressed.quick != quick(engine)
    _set_slots(engine, "cxlab_people", slots=None if anywhere else slots)


def reason(table: Table, *, source: Source, columns: tuple[str, ...], among: Withholding) -> str:
    """Return SQL of why a typed row of a source is withheld; NULL where it is not.

    Parameters
    ----------
    columns : tuple of str
        Contract columns the source brings.
    among : Withholding
        What is left out of the table.
    """
    erased = list(_erased(table, source=source, columns=columns, among=among))
    refused = list(_refused(table, columns=columns, among=among))
    cases = [
        f"WHEN {' OR '.join(tests)} THEN {quote(why)}"
        for why, tests in ((ERASED, erased), (NO_CONSENT, refused))
        if tests
    ]
    return f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"


def kept_rows(rows: str, *, table: Table, source: Source, columns: tuple[str, ...], among: Withholding) -> str:
    """Return SQL of the rows of a source that are not withheld.

    Parameters
    ----------
    rows : str
        SQL of the typed rows, to stand after FROM.
    """
    if not among:
        return f"SELECT * FROM {rows}"
    accounts = [column for column in ACCOUNTS if column in columns] if among.suppressed else []
    others = ", ".join(f"{renamed_account(column, source=source)} AS {column}" for column in accounts)
    why = reason(table, source=source, columns=columns, among=among)
    return (
        f"SELECT * EXCLUDE (_why){f' REPLACE ({others})' if others else ''} "
        f"FROM (SELECT *, {why} AS _why FROM {rows}) WHERE _why IS NULL"
    )


def count_withheld(
    engine: Backend,
    *,
    table: Table,
    rows: Sequence[tuple[str, Source, tuple[str, ...]]],
    among: Withholding,
    to: Path,
) -> dict[str, int]:
    """Count the rows withheld by reason, and keep which they are where other tables belong to this one.

    Parameters
    ----------
    rows : sequence of (str, Source, tuple of str)
        SQL of the typed rows of each source, the source, the columns it brings.
    to : Path
        The file of rows left out: ``id, slot, why``; its owner alone may read it.
    """
    if not among:
        return {}
    parts = []
    for sql, source, columns in rows:
        why = reason(table, source=source, columns=columns, among=among)
        own = _left_id(table, source=source) if _is_followed(table) else "NULL AS id, NULL AS slot"
        parts.append(f"SELECT why, {own} FROM (SELECT *, {why} AS why FROM {sql}) WHERE why IS NOT NULL")
    engine.con.execute(f"CREATE OR REPLACE TEMP TABLE withheld AS {' UNION ALL '.join(parts)}")
    if _is_followed(table):
        _keep_left(engine, table=table, to=to)
    counted = engine.con.execute("SELECT why, count(*) FROM withheld GROUP BY why ORDER BY why").fetchall()
    return dict(counted)


def leaves_rows(table: Table, *, withheld: Mapping[str, int]) -> bool:
    """Say whether a table has to keep which rows it left out."""
    return _is_followed(table) and bool(withheld)


def _is_followed(table: Table) -> bool:
    return table.name in FOLLOWS.values()


def _left_id(table: Table, *, source: Source) -> str:
    """Return SQL of the id of a row left out, a keyed hash if its owner was erased, and of its slot."""
    own = name(table.key[0])
    entry = own
    if not is_hashed(table.key[0], source=source):
        entry = f"CASE WHEN why = {quote(ERASED)} THEN {keyed(own)} ELSE {own} END"
    return f"{entry} AS id, {slot_of(own)} AS slot"


def _erased(table: Table, *, source: Source, columns: tuple[str, ...], among: Withholding) -> Iterator[str]:
    if among.suppressed:
        for column in PEOPLE:
            if column in columns:
                entry = entry_of(column, source=source, slots="cxlab_people")
                yield f"({entry}) IN (SELECT entry FROM suppressed)"
    for column, file in among.left.items():
        if column in columns and among.suppressed:
            entry = entry_of(column, source=source, slots=f"cxlab_{column}")
            yield f"({entry}) IN (SELECT id FROM {_rows(file)} WHERE why = {quote(ERASED)})"


def _refused(table: Table, *, columns: tuple[str, ...], among: Withholding) -> Iterator[str]:
    if among.refused:
        yield from (f"{name(column)} IN ({among.refused})" for column in PEOPLE if column in columns)
    for column, sql in among.spoke.items():
        if column in columns:
            yield f"{name(column)} IN ({sql})"
    for column, file in among.left.items():
        if column in columns:
            yield f"{name(column)} IN (SELECT id FROM {_rows(file)} WHERE why = {quote(NO_CONSENT)})"


def is_hashed(column: str, *, source: Source) -> bool:
    """Say whether an id column of a source is hashed."""
    return source.ids == "hash" or column in source.hash


def entry_of(column: str, *, source: Source, slots: str) -> str:
    """Return SQL of the entry of an id; missing where the slot says that nobody can be meant."""
    if is_hashed(column, source=source):
        return name(column)
    may_be = f"get_bit(getvariable({quote(slots)}), {slot_of(name(column))}) = 1"
    return f"CASE WHEN {may_be} THEN {keyed(name(column))} END"


def keyed(sql: str) -> str:
    """Return SQL of the keyed hash of an id; the key stays in an engine variable."""
    return f"substr(sha256(getvariable('cxlab_key') || chr(31) || ({sql})), 1, 32)"


def renamed_account(column: str, *, source: Source) -> str:
    """Return SQL of an account: one called like a person who was erased gets another name."""
    entry = entry_of(column, source=source, slots="cxlab_people")
    other = keyed(f"'account' || chr(31) || ({entry})")
    return f"CASE WHEN ({entry}) IN (SELECT entry FROM suppressed) THEN {other} ELSE {name(column)} END"


def _keep_left(engine: Backend, *, table: Table, to: Path) -> None:
    """Keep which rows were left out; no file if there are none, and none of earlier versions."""
    for old in to.parent.glob(f"{table.name}-*"):
        old.unlink(missing_ok=True)
    if not engine.con.execute("SELECT count(*) FROM withheld").fetchall()[0][0]:
        return
    half = to.with_name(f".{to.name}.{uuid4().hex[:12]}")
    write_private(half, "")
    engine.con.execute(
        "COPY (SELECT DISTINCT id, slot, why FROM withheld WHERE id IS NOT NULL ORDER BY ALL) "
        f"TO {quote(str(half))} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"
    )
    half.replace(to)


def tell_engine_left(engine: Backend, *, left: Mapping[str, Path]) -> None:
    """Let the engine know in which slots the rows left out of other tables are."""
    for column, file in left.items():
        found = engine.con.execute(f"SELECT DISTINCT slot FROM {_rows(file)}").fetchall()
        _set_slots(engine, f"cxlab_{column}", slots={row[0] for row in found})


def _set_slots(engine: Backend, variable: str, *, slots: set[int] | None) -> None:
    bits = "".join("1" if slots is None or slot in slots else "0" for slot in range(SLOTS))
    engine.con.execute(f"SET VARIABLE {variable} = ?::BIT", [bits])


def _rows(file: Path) -> str:
    return f"read_parquet({quote(str(file))})"
