"""The files of the sources: there, arrived whole, and the same from the first look to the last row read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from cxlab.errors import DataError
from cxlab.tables.config import File, Source
from cxlab.tables.fingerprint import contents, files_of

State: TypeAlias = tuple[int, int, int, int]
"""Size, times of the last change of the file and of its inode, inode: as the file system tells them."""

_WHY = {
    FileNotFoundError: "no file or folder at",
    PermissionError: "not allowed to read",
    IsADirectoryError: "needed a file, and a folder stands at",
}

_UNFINISHED = re.compile(
    r"(^_temporary$)|(^[._].*\.parquet\..*)|(\.(tmp|temp|part|partial|filepart|crdownload|download|inprogress)$)",
    re.IGNORECASE,
)
"""Names that programs give to what they have not finished writing."""

_COMPLETE = "_SUCCESS"
"""File that says a folder has arrived whole: empty parts are not always written."""

_NUMBERED = re.compile(r"^(part[-_]?)(\d+)(\D.*parquet)$")
_OF = re.compile(r"^(.*?)(\d+)(-of-\d+.*\.parquet)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """The files of one table's sources as they were before anything was read of them.

    Parameters
    ----------
    sources : mapping of Path to str
        Files and folders, with the source each belongs to.
    before : mapping of Path to (mapping of Path to State)
        Of each, the state of every file.
    hashes : mapping of Path to str
        Of each, the hash of the contents.
    remembered : Path
        JSON file of hashes (`cxlab.tables.fingerprint.contents`).
    """

    sources: Mapping[Path, str]
    before: Mapping[Path, Mapping[Path, State]]
    hashes: Mapping[Path, str]
    remembered: Path

    def refuse_changed(self) -> None:
        """Raise if a file is no longer what it was; one that was only touched still is.

        Raises
        ------
        DataError
            Names every file that changed: what was read is half old and half new.
        """
        problems = [
            f"sources.{source}: {line}" for path, source in self.sources.items() for line in self._changes(path)
        ]
        if problems:
            raise DataError("sources changed while they were read", problems)

    def _changes(self, path: Path) -> Iterator[str]:
        before, after = self.before[path], _states(path)
        files = [file for file in sorted({*before, *after}) if before.get(file) != after.get(file)]
        if not files or self._is_same(path):
            return
        for file in files:
            yield (
                f"{file} changed while it was read: it had {_told(before.get(file))}, then "
                f"{_told(after.get(file))}; needed: the same file from beginning to end: "
                "wait until it has arrived, then run again"
            )

    def _is_same(self, path: Path) -> bool:
        try:
            return contents(path, remembered=self.remembered) == self.hashes[path]
        except FileNotFoundError:
            return False


def watch(sources: Mapping[str, Source], *, folder: Path, remembered: Path) -> Watched:
    """Look at the files of one table's sources before they are read, and hash them.

    Parameters
    ----------
    folder : Path
        Folder of study.toml.
    remembered : Path
        JSON file of hashes.

    Raises
    ------
    DataError
        If any is missing, may not be read, or has not arrived whole.
    """
    problems: list[str] = []
    found: dict[Path, str] = {}
    for source_name, source in sources.items():
        for file in source.files(source_name).values():
            path = folder / Path(file.path).expanduser()
            wrong = _missing(path, file=file) or _half_arrived(path)
            if wrong:
                problems.append(f"sources.{source_name}.path: {wrong}")
            found[path] = source_name
    if problems:
        raise DataError("files are missing", problems)
    before = {path: _states(path) for path in found}
    hashes = {path: contents(path, remembered=remembered) for path in found}
    return Watched(sources=found, before=before, hashes=hashes, remembered=remembered)


def broken(file: Path | str, *, kind: str, said: str) -> str:
    """Say that a file is damaged, or only half there, and what to do."""
    return (
        f"{file} cannot be read as {kind}: {said}; it is damaged or has not arrived whole: "
        "bring the whole file, then run again"
    )


_OWN = ("record_number", "record_origin", "file_row_number")
"""How readers call what they know of a row themselves."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Columns of a source that are never to be read.

    Parameters
    ----------
    columns : tuple of str
        Their names.
    alone : bool
        Whether the source is one file: then each of them has to be there.
    """

    columns: tuple[str, ...] = ()
    alone: bool = True

    def among(self, columns: Sequence[str], *, of: str) -> list[str]:
        """Return those a file has, upper and lower case being the same to the engine.

        Raises
        ------
        DataError
            If one is not there that has to be, or columns that stay cannot be told apart, or one of them is called
            as the record number is in SQL.
        """
        unknown = [column for column in self.columns if column not in columns]
        if unknown and self.alone:
            raise DataError(f"{of} has no column {unknown[0]!r} to drop")
        lower = [column.lower() for column in columns]
        doubled = sorted({column for column in columns if lower.count(column.lower()) > 1})
        if doubled:
            raise DataError(f"{of} names a column twice: {', '.join(map(repr, doubled))}")
        own = [column for column in columns if column.lower() in _OWN and column not in self.columns]
        if own:
            raise DataError(own_name_taken(own[0], of=of, dropped=f', or drop = ["{own[0]}"] in its source'))
        return [column for column in self.columns if column in columns]


def own_name_taken(column: str, *, of: str, dropped: str = "") -> str:
    """Say that a column is called as a reader calls what it knows of a row."""
    return f"{of} has a column {column!r}, a name cxlab keeps for itself; needed: another name{dropped}"


def _states(path: Path) -> dict[Path, State]:
    states = {}
    for file in files_of(path):
        try:
            stat = file.stat()
        except FileNotFoundError:
            continue
        states[file] = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
    return states


def _told(state: State | None) -> str:
    if state is None:
        return "no such file"
    changed = datetime.fromtimestamp(state[1] / 1e9, UTC)
    return f"{state[0]:,} bytes of {changed:%Y-%m-%d %H:%M:%S} UTC"


def _missing(path: Path, *, file: File) -> str | None:
    """Say why a file, or a folder of Parquet files, is not there to be read; None if it is."""
    try:
        _open(path, file=file)
    except OSError as error:
        return f"{_WHY.get(type(error), error.strerror)} {error.filename or path}"
    return None


def _open(path: Path, *, file: File) -> None:
    if path.is_dir() and file.kind != "parquet":
        raise IsADirectoryError
    if not path.is_dir():
        path.open("rb").close()
        return
    for inside, _, files in os.walk(path, onerror=_raise):
        for name in files:
            if name.endswith(".parquet"):
                (Path(inside) / name).open("rb").close()


def _raise(error: OSError) -> None:
    raise error


def _half_arrived(path: Path) -> str | None:
    """Say which file of a folder shows that others are still to come; None if none does."""
    if not path.is_dir():
        return None
    for inside, folders, files in os.walk(path):
        for name in sorted([*folders, *files]):
            if _UNFINISHED.search(name) and not name.endswith(".crc"):
                return (
                    f"{path} is still being written: it holds {Path(inside, name).relative_to(path)}; "
                    "needed: finished files alone: wait until they have arrived, then run again"
                )
    lacking = _lacking([file.name for file in path.iterdir()])
    if lacking is None or (path / _COMPLETE).exists():
        return None
    return (
        f"{path} has not arrived whole: it lacks {lacking}; needed: every part: wait until all have arrived, then "
        f"run again, or put an empty file {_COMPLETE} beside them if there never was such a part"
    )


def _lacking(files: Iterable[str]) -> str | None:
    """Name the first file missing among numbered ones."""
    series: dict[tuple[str, str, int], set[int]] = {}
    for name in files:
        of, numbered = _OF.match(name), _NUMBERED.match(name)
        found = of or numbered
        if found:
            first, number, rest = found.groups()
            series.setdefault((first, rest, len(number)), set()).add(int(number))
    for (first, rest, width), there in series.items():
        told = re.match(r"-of-(\d+)", rest)
        begin = min(min(there), 1) if told else min(there)
        last = int(told[1]) - (0 in there) if told else max(there)
        lacking = sorted(set(range(begin, last + 1)) - there)
        if lacking:
            return f"{first}{lacking[0]:0{width}d}{rest}"
    return None
