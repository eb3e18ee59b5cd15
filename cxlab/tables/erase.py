"""People out of a study: onto the list of the erased, and out of everything made that holds them.

Raw sources are never changed: their files are named, with the rows that hold the people. What was made of the
sources is taken away and made anew without them, because the list is part of what every load depends on.
"""

from __future__ import annotations

import html
import re
import shutil
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ibis.backends.duckdb import Backend

from cxlab.errors import DataError
from cxlab.tables.config import File, StudyConfig
from cxlab.tables.engine import connect, name, quote
from cxlab.tables.exports import EXPORTS
from cxlab.tables.person import KINDS, Traces, traces
from cxlab.tables.private import STAMP, hashed, id_key, stamp
from cxlab.tables.rows_out import take_rows_out
from cxlab.tables.suppressed import entries, list_of, suppressed_people, write_suppressed
from cxlab.tables.whole_files import take_away

MADE = (EXPORTS, "training")
"""Folders of files made for others: beside study.toml, in the prepared folder and in every run."""

_CODINGS = "codings"
_KEPT = ("fingerprints.json", STAMP)
_SHORTEST = 6
"""A shorter id is not looked for in text: it would be found everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What came of it; every path is relative to the study.

    Parameters
    ----------
    people, known : int
        People meant, and how many of them had been erased before.
    tables : mapping of str to int
        Rows by table that loads leave out from now on.
    removed : mapping of str to int
        What was taken away: rows by coding file, files by folder.
    raw : mapping of str to int
        Rows by raw file, which stay.
    unread : tuple of str
        Coding files nobody could look into.
    published : mapping of str to tuple of str
        Files by run that hold the people still; which run is published, the links beside tell.
    """

    people: int
    known: int
    tables: Mapping[str, int]
    removed: Mapping[str, int]
    raw: Mapping[str, int]
    unread: tuple[str, ...]
    published: Mapping[str, tuple[str, ...]]


def erase_people(
    identifiers: Sequence[str], *, config: StudyConfig, folder: Path, reports: Path, dry: bool = False
) -> Erased:
    """Take people out of a study.

    Parameters
    ----------
    identifiers : sequence of str
        Ids as a source writes them, those of an id map among them, or pseudonyms.
    folder, reports : Path
        Folder of study.toml, and of the reports.
    dry : bool
        Find everything, change nothing.

    Raises
    ------
    DataError
        If somebody is not in the study and never was; nothing has changed then.
    """
    key = id_key(config, folder=folder)
    engine = connect(time_zone=config.time_zone, folder=folder / config.prepared)
    try:
        before = suppressed_people(config, folder=folder)
        found = traces(identifiers, config=config, folder=folder, engine=engine, key=key)
        known = {one for one in identifiers if {one, hashed(one, key=key)} & set(before.slots)}
        _refuse_unknown(identifiers, found=found, known=known)
        everything = _together(found.values())
        if not dry:
            slots = {**before.slots, **_entries(everything, key=key, engine=engine)}
            _list(slots, config=config, folder=folder, key=key, engine=engine)
        places = {"folder": folder, "reports": reports}
        removed, unread = _cleaned(everything, config=config, engine=engine, key=key, dry=dry, **places)
        published = _published(everything, reports=reports, engine=engine)
    finally:
        engine.disconnect()
    if not dry:
        forget_made(config, folder=folder)
    return Erased(
        people=len(set(identifiers)), known=len(known), tables=everything.tables, removed=removed,
        raw={path: rows for path, rows in everything.rows.items() if path not in removed},
        unread=unread, published=published,
    )  # fmt: skip


def _list(slots: Mapping[str, int], *, config: StudyConfig, folder: Path, key: str, engine: Backend) -> None:
    """Write the list before anything is taken away: a cut is then mended by the same command once more."""
    write_suppressed(list_of(config, folder=folder), slots=slots, key=key, engine=engine)
    stamp(config, folder=folder, key=key, erased=True)


def forget_made(config: StudyConfig, *, folder: Path) -> None:
    """Take away everything made of the sources; hashes of the sources themselves stay."""
    for path in (folder / config.prepared).iterdir():
        if path.name not in _KEPT:
            take_away(path)
    shutil.rmtree(folder / config.private / "withheld", ignore_errors=True)


def holds(path: Path, *, found: Traces, engine: Backend) -> bool:
    """Say whether a file holds an id, a text or the hash of a text of people."""
    words = {one for ids in found.ids.values() for one in ids if len(one) >= _SHORTEST} | found.text_hashes
    if path.suffix == ".parquet":
        return _parquet_holds(path, words=words | found.texts, engine=engine)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as inside:
            parts = [inside.read(name) for name in inside.namelist()]
    else:
        parts = [path.read_bytes()]
    return any(_text_holds(part.decode("utf-8", "replace"), words=words, texts=found.texts) for part in parts)


def _refuse_unknown(identifiers: Sequence[str], *, found: Mapping[str, Traces], known: Collection[str]) -> None:
    strangers = [
        f"identifier {place}: nobody in the sources or in the tables made of them has it"
        for place, one in enumerate(identifiers, start=1)
        if one not in known and not (found[one].people or found[one].only_hashed)
    ]
    if strangers:
        raise DataError("nothing was erased", strangers, see="data/README.md#privacy")


def _together(found: Iterable[Traces]) -> Traces:
    each = list(found)

    def summed(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
        total: dict[str, int] = {}
        for one in counts:
            for place, count in one.items():
                total[place] = total.get(place, 0) + count
        return total

    return Traces(
        people=frozenset().union(*(one.people for one in each)),
        only_hashed=frozenset().union(*(one.only_hashed for one in each)),
        ids={column: frozenset().union(*(one.ids.get(column, ()) for one in each)) for column in KINDS},
        texts=frozenset().union(*(one.texts for one in each)),
        rows=summed(one.rows for one in each),
        tables=summed(one.tables for one in each),
    )


def _entries(found: Traces, *, key: str, engine: Backend) -> dict[str, int]:
    meant = {**dict.fromkeys(found.people, False), **dict.fromkeys(found.only_hashed, True)}
    return entries(meant, key=key, engine=engine)


def _cleaned(
    found: Traces, *, config: StudyConfig, folder: Path, reports: Path, engine: Backend, key: str, dry: bool
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Clean what people made of the tables: codings, exports, training lists, crosswalks."""
    removed: dict[str, int] = {}
    unread: list[str] = []
    for path, file, ids in _work(found, config=config, folder=folder):
        rows = take_rows_out(path, file=file, ids=ids, key=key, engine=engine, dry=dry)
        shown = str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
        if rows is None:
            unread.append(shown)
        elif rows:
            removed[shown] = rows
    for path in _made_for_others(config, folder=folder, reports=reports):
        if holds(path, found=found, engine=engine):
            place = str(path.parent.relative_to(folder)) if path.is_relative_to(folder) else str(path.parent)
            removed[place] = removed.get(place, 0) + 1
            if not dry:
                path.unlink()
    return removed, tuple(unread)


def _work(
    found: Traces, *, config: StudyConfig, folder: Path
) -> Iterator[tuple[Path, File, dict[str, frozenset[str]]]]:
    """Yield every coding file of the team and every crosswalk, how it is written, and ids by its columns."""
    declared = {folder / file.path: (source, file) for name, source in config.sources.items()
                for file in source.files(name).values()}  # fmt: skip
    for path in sorted((folder / _CODINGS).rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            source, file = declared.get(path, (None, File(path=path.name)))
            renamed = {
                column: of for column, of in ((source and source.columns) or {}).items() if isinstance(of, str)
            }
            yield path, file, {renamed.get(column, column): ids for column, ids in found.ids.items()}
    everything = frozenset().union(*found.ids.values())
    for path in sorted((folder / config.private).glob("crosswalk-*.parquet")):
        yield path, File(path=path.name), {"old": everything, "new": everything}


def _made_for_others(config: StudyConfig, *, folder: Path, reports: Path) -> Iterator[Path]:
    for place in (folder, folder / config.prepared, *(reports / ".runs").glob("*")):
        for kind in MADE:
            yield from (path for path in sorted((place / kind).rglob("*")) if path.is_file())


def _published(found: Traces, *, reports: Path, engine: Backend) -> dict[str, tuple[str, ...]]:
    """Return the files of every run that hold the people, by the run's folder."""
    holding: dict[str, tuple[str, ...]] = {}
    for run in sorted((reports / ".runs").glob("*")):
        files = [path for path in sorted(run.rglob("*")) if path.is_file() and not set(MADE) & set(path.parts)]
        if held := [str(path.relative_to(run)) for path in files if holds(path, found=found, engine=engine)]:
            holding[run.name] = tuple(held)
    return holding


def _parquet_holds(path: Path, *, words: Collection[str], engine: Backend) -> bool:
    rows = f"read_parquet({quote(str(path))})"
    columns = [row[0] for row in engine.con.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()]
    tests = " OR ".join(f"list_contains($1::VARCHAR[], CAST({name(column)} AS VARCHAR))" for column in columns)
    return bool(engine.con.execute(f"SELECT count(*) FROM {rows} WHERE {tests}", [sorted(words)]).fetchall()[0][0])


def _text_holds(text: str, *, words: Collection[str], texts: Collection[str]) -> bool:
    if set(re.findall(r"[\w.@+-]+", text)) & set(words) or any(word in text for word in words):
        return True
    plain = plain_words(text)
    return any(plain_words(said) in plain for said in texts if len(said) >= _SHORTEST)


def plain_words(text: str) -> str:
    """Return the words of a text, a page or a JSON file, whatever stands between them."""
    without_marks = re.sub(r"<[^>]*>", "", text)
    return " ".join(re.findall(r"\w+", html.unescape(without_marks.replace("\\n", " "))))
