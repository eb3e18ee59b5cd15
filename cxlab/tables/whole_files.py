"""Files and folders that are there whole or not at all: written beside their place, then moved there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a name of one's own beside ``path``; what is written there takes its place at the end.

    Two processes may do so at once, and no reader ever sees half of it: of two files the last one stays, of two
    folders, whose names say what is in them, the first one. After an error the place is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{uuid4().hex[:12]}")
    try:
        yield half
        if not path.is_dir():
            half.replace(path)
    finally:
        take_away(half)


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
