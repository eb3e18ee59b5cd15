"""Another key for the ids: pseudonyms change, and a crosswalk says what each was and what it is.

Everything is prepared in a folder beside the key. Renaming that folder is the moment the new key counts: before it
nothing has changed, after it every command first finishes what was begun (`cxlab.tables.private.finish_rotation`).
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ibis.backends.duckdb import Backend

from cxlab.errors import DataError, UsageError
from cxlab.tables.config import StudyConfig
from cxlab.tables.engine import connect, name, quote
from cxlab.tables.erase import forget_made
from cxlab.tables.person import IdColumn, ids_of_sources, working_folder
from cxlab.tables.private import (
    KEY,
    LIST,
    ROTATION,
    SEE,
    fingerprint,
    finish_rotation,
    hashed,
    id_key,
    new_key,
    stamped,
    write_private,
)
from cxlab.tables.suppressed import (
    Suppressed,
    list_of,
    read_suppressed,
    slot_of,
    suppressed_people,
    write_suppressed,
)
from cxlab.tables.withheld import PEOPLE, keyed

_PART = f"{ROTATION}.part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What came of it.

    Parameters
    ----------
    old, new : str
        Fingerprints of the keys; ``old`` is '' where the key was lost.
    crosswalk : str
        Name of the crosswalk in the private folder; '' without one.
    ids : int
        Pairs of the crosswalk.
    erased, left_behind : int
        People on the list of the erased under the new key, and those who are not on it any more.
    """

    old: str
    new: str
    crosswalk: str
    ids: int
    erased: int
    left_behind: int


def rotate_key(config: StudyConfig, *, folder: Path, lost: bool = False, leave_behind: bool = False) -> Rotated:
    """Make a new key, and carry on with it what the old one made.

    Parameters
    ----------
    folder : Path
        Folder of study.toml.
    lost : bool
        Begin anew without the old key: no crosswalk, and nobody on the list of the erased.
    leave_behind : bool
        Let people off the list of the erased whose id no source holds any more: with a new key nobody could know
        them again.

    Raises
    ------
    UsageError
        If there is no key, or one is called lost that is not.
    DataError
        If the key is lost, damaged or another one, and nobody said so; if people would be left behind; if a source
        cannot be read.
    """
    private = folder / config.private
    finish_rotation(config, folder=folder)
    _refuse_nothing_to_do(config, folder=folder, lost=lost)
    shutil.rmtree(private / _PART, ignore_errors=True)
    fresh = new_key()
    write_private(private / _PART / KEY, fresh + "\n")
    if lost:
        done = _begun_anew(config, folder=folder, fresh=fresh)
    else:
        done = _carried_on(config, folder=folder, fresh=fresh, leave_behind=leave_behind)
    forget_made(config, folder=folder)
    (private / _PART).rename(private / ROTATION)
    finish_rotation(config, folder=folder)
    return done


def _refuse_nothing_to_do(config: StudyConfig, *, folder: Path, lost: bool) -> None:
    path = folder / config.private / KEY
    if stamped(config, folder=folder) is None and not path.is_file():
        raise UsageError("there is no key to change", [f"needed: a study that hashes ids; there is no {path}"])
    if lost and path.is_file():
        raise UsageError(
            f"the key {path} is there",
            ["needed: cxlab rotate-key without --lost, or, if this is the wrong key, that file moved away"],
        )


def _begun_anew(config: StudyConfig, *, folder: Path, fresh: str) -> Rotated:
    """Forget the old key; nobody on the list of the erased can be known again."""
    path = list_of(config, folder=folder)
    erased = len(read_suppressed(path).slots) if path.is_file() else 0
    return Rotated(
        old=stamped(config, folder=folder) or "", new=fingerprint(fresh), crosswalk="", ids=0, erased=0,
        left_behind=erased,
    )  # fmt: skip


def _carried_on(config: StudyConfig, *, folder: Path, fresh: str, leave_behind: bool) -> Rotated:
    part = folder / config.private / _PART
    key = id_key(config, folder=folder)
    suppressed = suppressed_people(config, folder=folder)
    engine = connect(time_zone=config.time_zone, folder=folder / config.prepared)
    scratch = working_folder(folder / config.prepared)
    try:
        engine.con.execute("SET VARIABLE cxlab_key = ?", [key])
        engine.con.execute("SET VARIABLE cxlab_next = ?", [fresh])
        columns = ids_of_sources(config, folder=folder, engine=engine, scratch=scratch)
        crosswalk = f"crosswalk-{fingerprint(key)}-{fingerprint(fresh)}.parquet"
        ids = _write_crosswalk(engine, columns, to=part / crosswalk)
        people = _known_again(engine, columns, suppressed=suppressed)
        left_behind = len(suppressed.slots) - len({old for _, old, _ in people})
        _refuse_leaving(left_behind, asked=leave_behind)
        if suppressed:
            slots = {hashed(who, key=fresh): slot for who, _, slot in people}
            write_suppressed(part / LIST, slots=slots, key=fresh, engine=engine)
    finally:
        engine.disconnect()
        shutil.rmtree(scratch, ignore_errors=True)
    return Rotated(
        old=fingerprint(key), new=fingerprint(fresh), crosswalk=crosswalk, ids=ids, erased=len(people),
        left_behind=left_behind,
    )  # fmt: skip


def _write_crosswalk(engine: Backend, columns: Sequence[IdColumn], *, to: Path) -> int:
    """Write old and new pseudonym of every id that is hashed, for its owner only; return how many pairs."""
    parts = [
        f'SELECT {quote(of.column)} AS "column", {name(of.column)} AS id FROM {of.rows} '
        f"WHERE {name(of.column)} IS NOT NULL"
        for of in columns
        if of.hashed
    ] or ["SELECT '' AS \"column\", '' AS id WHERE false"]
    write_private(to, "")
    new = keyed("id").replace("cxlab_key", "cxlab_next")
    engine.con.execute(
        f'COPY (SELECT "column", {keyed("id")} AS old, {new} AS new FROM ({" UNION ".join(parts)})) '
        f"TO {quote(str(to))} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"
    )
    return int(engine.con.execute(f"SELECT count(*) FROM read_parquet({quote(str(to))})").fetchall()[0][0])


def _known_again(
    engine: Backend, columns: Sequence[IdColumn], *, suppressed: Suppressed
) -> list[tuple[str, str, int]]:
    """Return id, old entry and slot of everybody erased whom a source still holds."""
    found: set[tuple[str, str, int]] = set()
    for of in columns if suppressed else ():
        if of.column in PEOPLE:
            own = name(of.column)
            sql = (
                f"SELECT id, {keyed('id')} AS entry, {slot_of('id')} "
                f"FROM (SELECT DISTINCT {own} AS id FROM {of.rows}) WHERE list_contains(?::VARCHAR[], entry)"
            )
            found |= set(engine.con.execute(sql, [sorted(suppressed.slots)]).fetchall())
    return sorted(found)


def _refuse_leaving(left_behind: int, *, asked: bool) -> None:
    if left_behind and not asked:
        people = "1 person" if left_behind == 1 else f"{left_behind} people"
        raise DataError(
            f"{people} on the list of the erased would be left behind",
            [
                "no source holds them now, so a new key could not know them if they came back",
                "needed: the old key as it is, or cxlab rotate-key --leave-behind",
            ],
            see=SEE,
        )
