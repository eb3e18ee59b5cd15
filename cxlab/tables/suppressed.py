"""Who was erased from a study: keyed hashes of their ids, read at every load.

The list stands in the private folder and holds for each person the keyed hash of the source's id: the pseudonym
where ids are hashed. Beside it stand 16 bits of the engine's own quick hash of the id, so that where ids are kept
only few rows are hashed at all. Another release of the engine may have another quick hash: `quick` tells, and then
every row is hashed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ibis.backends.duckdb import Backend

from cxlab.errors import DataError
from cxlab.tables.config import StudyConfig
from cxlab.tables.fingerprint import digest
from cxlab.tables.private import (
    LIST,
    SEE,
    STAMP,
    fingerprint,
    finish_rotation,
    has_erased,
    hashed,
    id_key,
    write_private,
)

SLOTS = 65_536
"""Values of the 16 bits."""

ANY_SLOT = -1
"""The slot of a person whose id is not known, only the pseudonym."""

_HEAD = (
    "# who was erased: keyed hashes, read at every load; written by cxlab erase, carried on by cxlab rotate-key"
)
_ENTRY = re.compile(r"(?P<entry>[0-9a-f]{32}) (?P<slot>-1|\d{1,5})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """The list.

    Parameters
    ----------
    key : str
        Fingerprint of the key its entries are made with; '' for an empty list.
    quick : int
        What the engine's quick hash made of a fixed word when the list was written.
    slots : mapping of str to int
        By entry the 16 bits, `ANY_SLOT` if they are not known.
    """

    key: str = ""
    quick: int = 0
    slots: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.slots)

    @property
    def contents(self) -> str:
        """Hash of the list; '' if it is empty."""
        return digest(self.key, sorted(self.slots)) if self.slots else ""


def list_of(config: StudyConfig, *, folder: Path) -> Path:
    """Return where the list of a study stands."""
    return folder / config.private / LIST


def suppressed_people(config: StudyConfig, *, folder: Path) -> Suppressed:
    """Return who was erased from a study.

    Raises
    ------
    UsageError, DataError
        If the key is not to be had (`cxlab.tables.private.id_key`), or the list is lost, damaged or another key's.
    """
    finish_rotation(config, folder=folder)
    path = list_of(config, folder=folder)
    if path.is_file():
        return read_suppressed(path, key=id_key(config, folder=folder))
    if has_erased(config, folder=folder):
        raise DataError(
            f"the list of erased people {path} is lost",
            [
                "needed: the list, because without it those people come back; put it back from a backup",
                f"gone for good: take its line out of {STAMP}, here and in {config.prepared}/, and erase anew",
            ],
            see=SEE,
        )
    return Suppressed()


def read_suppressed(path: Path, *, key: str | None = None) -> Suppressed:
    """Read the list; one that is not there is empty.

    Parameters
    ----------
    key : str, optional
        The key it has to be made with; not tested without.

    Raises
    ------
    DataError
        If it is damaged, or made with another key.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return Suppressed()
    facts = dict(line.split(" ", 1) for line in lines if line.startswith(("key ", "quick ")))
    rest = [line for line in lines if not line.startswith(("key ", "quick ", "#"))]
    found = [_ENTRY.fullmatch(line) for line in rest]
    if set(facts) != {"key", "quick"} or None in found or not facts["quick"].isdigit():
        needed = (
            "needed: the lines key and quick, and entries of 32 hex digits and a number; put it back from a backup"
        )
        raise DataError(f"the list of erased people {path} is damaged", [needed], see=SEE)
    if key is not None and facts["key"] != fingerprint(key):
        raise DataError(
            f"the list of erased people {path} belongs to another key",
            [f"needed: a list made with the key {fingerprint(key)}; this one was made with {facts['key']}"],
            see=SEE,
        )
    slots = {match["entry"]: int(match["slot"]) for match in found if match}
    return Suppressed(key=facts["key"], quick=int(facts["quick"]), slots=slots)


def write_suppressed(path: Path, *, slots: Mapping[str, int], key: str, engine: Backend) -> None:
    """Write the list, readable by its owner only, whole or not at all."""
    entries = [f"{entry} {slot}" for entry, slot in sorted(slots.items())]
    lines = [_HEAD, f"key {fingerprint(key)}", f"quick {quick(engine)}", *entries]
    write_private(path, "".join(f"{line}\n" for line in lines))


def entries(identifiers: Mapping[str, bool], *, key: str, engine: Backend) -> dict[str, int]:
    """Return entry and slot of people.

    Parameters
    ----------
    identifiers : mapping of str to bool
        Whether what is given is a pseudonym already.
    """
    found = {identifier: ANY_SLOT for identifier, is_hash in identifiers.items() if is_hash}
    plain = [identifier for identifier, is_hash in identifiers.items() if not is_hash]
    sql = f"SELECT id, {slot_of('id')} FROM (SELECT unnest(?) AS id)"
    known = dict(engine.con.execute(sql, [plain]).fetchall())
    return found | {hashed(identifier, key=key): known[identifier] for identifier in plain}


def quick(engine: Backend) -> int:
    """Return what the engine's quick hash makes of a fixed word."""
    return int(engine.con.execute("SELECT hash('cxlab')").fetchall()[0][0])


def slot_of(sql: str) -> str:
    """Return SQL of the 16 bits of an id."""
    return f"CAST(hash({sql}) & {SLOTS - 1} AS INTEGER)"
