"""Where runs lie, who holds a quarter, and the one moment it changes: a link swapped by rename.

::

    reports/2026Q3 -> .runs/2026Q3-20261015T080000Z-1f2e    what is published
    reports/.runs/                                           every run, kept (*.part: not done, *.failed)
    reports/.locks/                                          one lock per quarter
    reports/.history/                                        each time a link was swapped, and why
    reports/.study                                           whose reports these are
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from cxlab.errors import LockedError, RunError
from cxlab.run.history import published_run
from cxlab.run.owner import is_own
from cxlab.to_disk import replace_file

__all__ = ["claim", "finish", "give_up", "hold", "is_own", "new_run", "publish", "published_run", "to_disk"]


def claim(reports: Path, *, study: str) -> None:
    """Make the reports folder a study's own, or refuse another study's.

    Raises
    ------
    UsageError
        If the folder belongs to another study.
    """
    if not is_own(reports, study=study):
        replace_file(reports / ".study", f"{study}\n".encode())


@contextlib.contextmanager
def hold(reports: Path, *, quarter: str, run_id: str, since: datetime) -> Iterator[None]:
    """Hold a quarter while its run lasts.

    Raises
    ------
    LockedError
        If another run holds it; the message names that run.
    """
    locks = reports / ".locks"
    locks.mkdir(parents=True, exist_ok=True)
    holder = locks / f"{quarter}.json"
    try:
        with FileLock(locks / f"{quarter}.lock", timeout=0):
            facts = {
                "run": run_id,
                "process": os.getpid(),
                "host": socket.gethostname(),
                "since": since.isoformat(),
            }
            replace_file(holder, json.dumps(facts).encode())
            try:
                yield
            finally:
                holder.unlink(missing_ok=True)
    except Timeout:
        raise LockedError(f"{quarter} is held by {_holder(holder)}; try again when it has ended") from None


def new_run(reports: Path, *, quarter: str, at: datetime) -> tuple[str, Path]:
    """Name a run and return its name and the folder it works in."""
    run_id = f"{quarter}-{at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    return run_id, reports / ".runs" / f"{run_id}.part"


def finish(folder: Path, *, run_id: str) -> Path:
    """Bring a finished run safely to disk and give it its lasting name."""
    to_disk(folder)
    done = folder.with_name(run_id)
    folder.rename(done)
    _sync_folder(done.parent)
    return done


def give_up(folder: Path, *, run_id: str) -> Path:
    """Rename a failed run, so that nobody takes it for a whole one; it is kept to be looked at."""
    failed = folder.with_name(f"{run_id}.failed")
    folder.rename(failed)
    return failed


def publish(done: Path, *, reports: Path, quarter: str) -> None:
    """Point the quarter at a finished run; a reader sees the old report or the new one.

    Raises
    ------
    RunError
        If something that is no link stands in the way.
    """
    link = reports / quarter
    if link.exists() and not link.is_symlink():
        raise RunError(f"{link} is a folder, not a link to a run: move it away, then run again")
    fresh = reports / f".{quarter}.{done.name}"
    fresh.unlink(missing_ok=True)  # left by a power cut
    fresh.symlink_to(Path(".runs") / done.name, target_is_directory=True)
    fresh.replace(link)
    _sync_folder(reports)


def _holder(path: Path) -> str:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        return f"run {facts['run']} (process {facts['process']} on {facts['host']}, since {facts['since']})"
    except (OSError, ValueError, KeyError):
        return "another run"


def to_disk(folder: Path) -> None:
    """Wait until every file of a folder is safely on disk."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        else:
            _sync_folder(path)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
