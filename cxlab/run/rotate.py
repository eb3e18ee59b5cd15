"""Another key for the ids while nobody works on the study."""

from __future__ import annotations

from pathlib import Path

from cxlab.run.erase import held
from cxlab.tables.config import find_config, read_config
from cxlab.tables.rotate import Rotated, rotate_key


def rotate(*, config: Path | str | None = None, lost: bool = False, leave_behind: bool = False) -> Rotated:
    """Change the key of a study (`cxlab.tables.rotate.rotate_key`).

    Raises
    ------
    UsageError, DataError
        As `cxlab.tables.rotate.rotate_key`.
    LockedError
        If a quarter is being run.
    """
    file = find_config(config).resolve()
    settings = read_config(file)
    with held((file.parent / settings.reports).resolve(), why="rotate-key"):
        return rotate_key(settings, folder=file.parent, lost=lost, leave_behind=leave_behind)
