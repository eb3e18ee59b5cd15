"""Memory or disk that did not suffice: what was short, how much of it there was, and what to do."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from cxlab.errors import LimitError
from cxlab.tables.own_names import lasting_folder

LIMITED = (duckdb.Error, OSError)
"""Errors among which are those of memory and disk."""

SEE = "data/README.md#when-a-load-stops"

_USED = re.compile(r"/([\d.]+ \w+) used\)")
_FILE = re.compile(r'file "([^"]+)"')

_DO = "then run again: nothing was lost"

_spills: list[Path] = []


def spills_into(folder: Path) -> None:
    """Remember where this process spills what does not fit into memory."""
    _spills[:] = [folder]


@contextmanager
def within_limits(folder: Path | None = None) -> Iterator[None]:
    """Turn the engine's errors about memory and disk, and the system's about a full disk, into `LimitError`.

    Parameters
    ----------
    folder : Path, optional
        Where things are written, for errors that do not say where; else where the engine spills.

    Raises
    ------
    LimitError
        Instead of those errors; all others pass.
    """
    try:
        yield
    except LIMITED as error:
        said = limit_of(error, folder=folder)
        if said is None:
            raise
        for line in getattr(error, "__notes__", ()):
            said.add_note(line)
        raise said from None


def limit_of(error: BaseException, *, folder: Path | None = None) -> LimitError | None:
    """Say in words which limit was hit; None where the error is about something else."""
    text = str(error)
    used, here = _USED.search(text), folder or [Path(), *_spills][-1]
    if isinstance(error, duckdb.OutOfMemoryException) and "max_temp_directory_size" not in text:
        return _memory(used[1] if used else None)
    if isinstance(error, duckdb.OutOfMemoryException):
        return _disk(_spills[-1] if _spills else here, spilled=used[1] if used else None)
    if _is_full(error, text=text):
        found = _FILE.search(text)
        named = found[1] if found else getattr(error, "filename", None)
        return _disk(lasting_folder(Path(named)) if named else here)
    return None


def _is_full(error: BaseException, *, text: str) -> bool:
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return isinstance(error, duckdb.Error) and "No space left" in text


def _memory(limit: str | None) -> LimitError:
    told = os.environ.get("CXLAB_MEMORY")
    setting = f"CXLAB_MEMORY is {told}" if told else "CXLAB_MEMORY is not set"
    return LimitError(
        "the engine had too little memory",
        [
            f"needed: more than its limit{f' of {limit}' if limit else ''} ({setting})",
            f"what to do: set CXLAB_MEMORY to more, such as 4GB, or run fewer notebooks at once (--jobs 1); {_DO}",
        ],
        see=SEE,
    )


def _disk(folder: Path, *, spilled: str | None = None) -> LimitError:
    there = next(place for place in (folder, *folder.parents) if place.is_dir())
    room = shutil.disk_usage(there)
    what = f"more than the {spilled} of room the engine had for spilling" if spilled else "room for writing"
    return LimitError(
        "the disk is full",
        [
            f"needed: {what} in {folder}; now {_size(room.free)} of {_size(room.total)} are free there",
            f"what to do: make room, or let `prepared` and `reports` in study.toml be on a larger disk; {_DO}",
        ],
        see=SEE,
    )


def _size(size: float) -> str:
    """Say a number of bytes.

    >>> _size(8 * 2**20), _size(3.25 * 2**30)
    ('8.0 MiB', '3.2 GiB')
    """
    return f"{size / 2**30:.1f} GiB" if size >= 2**30 else f"{size / 2**20:.1f} MiB"
