"""Files and folders that are there whole or not at all: written beside their place, then moved there."""

from __future__ import annotations

import glob
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cxlab.tables.own_names import is_left_behind, own_name


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a name of one's own beside ``path``; what is written there takes its place at the end.

    Two processes may do so at once, and no reader ever sees half of it: of two files the last one stays, of two
    folders, whose names say what is in them, the first one. After an error the place is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{own_name()}")
    try:
        yield half
        _put(half, to=path)
    finally:
        for left in path.parent.glob(f"{glob.escape(half.name)}*"):
            take_away(left)


def _put(half: Path, *, to: Path) -> None:
    try:
        half.replace(to)
    except OSError:
        if not to.is_dir():  # another process was first
            raise


def take_away(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Write a text file in one step."""
    with written_whole(path) as half:
        half.write_text(text, encoding="utf-8")


def forget_left_behind(prepared: Path) -> None:
    """Take away the working files of processes that are no more: half-written tables, scratch, what was spilled.

    Parameters
    ----------
    prepared : Path
        Folder of the prepared tables.
    """
    for pattern in ("load-*", "spill/*", ".*", "*/.*"):
        for path in prepared.glob(pattern):
            if is_left_behind(path):
                take_away(path)
