"""The study: its file, folders, disk, locks, what killed runs left, and the clock they were made by."""

from __future__ import annotations

import json
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cxlab.errors import UsageError
from cxlab.run.doctor.sign import Sign, gigabytes
from cxlab.run.schedule import ZONES
from cxlab.run.steps import discover, notebooks_of
from cxlab.tables.config import StudyConfig, find_config, read_config
from cxlab.tables.own_names import alive, is_left_behind

_LEAST_FREE = 1e9
"""Bytes that are always wanted free."""

_SKEW = timedelta(minutes=5)
_FIRST_YEAR = 2024

Alive = Callable[[int], bool]
"""Whether a process of this machine runs."""


def signs(config: Path | str | None, *, now: datetime) -> Iterator[Sign]:
    """Yield what was found of a study; what a wrong study file hides is not looked at.

    Parameters
    ----------
    config : Path, optional
        The study file or its folder; None looks for the nearest.
    now : datetime
        With its zone.
    """
    try:
        file = find_config(config).resolve()
        settings = read_config(file)
    except UsageError as error:
        said = "; ".join([error.message, *error.problems])
        yield Sign(
            about="study", state="wrong", said=said, todo="mend the study file; cxlab init DIR makes a new one"
        )
        return
    folder, reports = file.parent, (file.parent / settings.reports).resolve()
    yield Sign(about="study", state="ok", said=f"{file} ({settings.name})")
    yield notebooks(settings, folder=folder)
    yield from sources(settings, folder=folder)
    yield zone(settings)
    yield from folders(settings, folder=folder)
    yield from disk(settings, folder=folder)
    yield from locks(reports)
    yield from left_behind(reports, prepared=folder / settings.prepared)
    yield clock(now, seen=moments(reports, file=file))


def notebooks(config: StudyConfig, *, folder: Path) -> Sign:
    """Read the notebooks as a run does."""
    try:
        steps = discover(notebooks_of(config.notebooks, folder=folder))
    except UsageError as error:
        said = "; ".join([error.message, *error.problems])
        return Sign(about="notebooks", state="wrong", said=said, todo="mend the notebooks")
    return Sign(about="notebooks", state="ok", said=", ".join(step.name for step in steps))


def sources(config: StudyConfig, *, folder: Path) -> Iterator[Sign]:
    """See whether every declared file is there; nothing is opened."""
    missing = sorted(str(path) for path in _files(config, folder=folder) if not path.exists())
    for path in missing:
        todo = "bring the file, or mend its path in study.toml; cxlab check reads everything"
        yield Sign(about="sources", state="wrong", said=f"nothing at {path}", todo=todo)
    if not missing:
        yield Sign(about="sources", state="ok", said=f"{len(config.sources)} declared, all there")


def zone(config: StudyConfig, *, zones: Path = ZONES) -> Sign:
    """See whether cron and systemd would know the study's zone, as Python does."""
    if (zones / config.time_zone).is_file():
        return Sign(about="time zone", state="ok", said=config.time_zone)
    said = f"{config.time_zone} is known to Python, not to the system: cxlab schedule will refuse"
    return Sign(about="time zone", state="note", said=said, todo="on Debian and Ubuntu: apt install tzdata")


def folders(config: StudyConfig, *, folder: Path) -> Iterator[Sign]:
    """Write a file into every folder a run writes to, or into the nearest one above that is there."""
    wrong = []
    for name in ("reports", "prepared", "private"):
        there = _nearest((folder / getattr(config, name)).resolve())
        try:
            with tempfile.TemporaryFile(dir=there):
                pass
        except OSError as error:
            todo = f"let {_me()} write there, or set another `{name}` in study.toml"
            wrong.append(
                Sign(about="folders", state="wrong", said=f"{name}: {there}: {error.strerror}", todo=todo)
            )
    yield from wrong
    if not wrong:
        yield Sign(about="folders", state="ok", said="reports, prepared and private can be written")


def disk(
    config: StudyConfig, *, folder: Path, free: Callable[[Path], float] = lambda path: shutil.disk_usage(path).free
) -> Iterator[Sign]:
    """Hold the free space against the sources: prepared tables and what is spilled may take twice their size."""
    needs = {"prepared": _LEAST_FREE + 2 * _size(config, folder=folder), "reports": _LEAST_FREE}
    for name, needed in needs.items():
        there = _nearest((folder / getattr(config, name)).resolve())
        said = f"{gigabytes(free(there))} free for {name}"
        if free(there) >= needed:
            yield Sign(about="disk", state="ok", said=said)
        else:
            todo = f"make room: {gigabytes(needed)} are wanted in {there}, or set another `{name}` in study.toml"
            yield Sign(about="disk", state="wrong", said=said, todo=todo)


def locks(reports: Path, *, runs: Alive = alive) -> Iterator[Sign]:
    """Tell who holds a quarter, and which marks were left by runs that are no more."""
    found = _holders(reports)
    for quarter, facts in found.items():
        who = f"{quarter} by run {facts.get('run')} (process {facts.get('process')} on {facts.get('host')})"
        if facts.get("host") != socket.gethostname() or runs(int(facts.get("process") or 0)):
            yield Sign(about="locks", state="note", said=f"held since {facts.get('since')}: {who}")
        else:
            todo = f"nothing: the next run takes the quarter; to tidy: rm {reports}/.locks/{quarter}.json"
            yield Sign(about="locks", state="note", said=f"left behind: {who} is no more", todo=todo)
    if not found:
        yield Sign(about="locks", state="ok", said="nobody holds a quarter")


def left_behind(reports: Path, *, prepared: Path, runs: Alive = alive) -> Iterator[Sign]:
    """Tell of runs that were cut off or failed, and of working files nobody works on."""
    running = {
        str(facts.get("run")) for facts in _holders(reports).values() if runs(int(facts.get("process") or 0))
    }
    kept = sorted((reports / ".runs").glob("*.part")) + sorted((reports / ".runs").glob("*.failed"))
    runs_left = [path for path in kept if path.stem not in running]
    scratch = [path for pattern in ("load-*", "spill/*", ".*", "*/.*") for path in prepared.glob(pattern)]
    for said, paths in (
        ("runs that were cut off or failed, kept to be looked at", runs_left),
        ("working files of processes that are no more", [path for path in scratch if is_left_behind(path)]),
    ):
        if paths:
            size = gigabytes(sum(map(_bytes, paths)))
            todo = f"nothing has to be done; to make room: rm -r {paths[0].parent}/{_pattern(paths)}"
            yield Sign(about="left behind", state="note", said=f"{len(paths)} {said}, {size}", todo=todo)
    if not runs_left and not any(map(is_left_behind, scratch)):
        yield Sign(about="left behind", state="ok", said="nothing")


def clock(now: datetime, *, seen: Mapping[str, datetime]) -> Sign:
    """Hold the clock against what was made by it: nothing is from the future.

    Parameters
    ----------
    now : datetime
        With its zone.
    seen : mapping of str to datetime
        When things were made, by what they are called.
    """
    todo = "set the clock (timedatectl set-ntp true); until then cxlab run --due may take the wrong quarter"
    newest = max(seen, key=lambda name: seen[name], default=None)
    if newest is not None and seen[newest] > now + _SKEW:
        said = f"it is {now:%Y-%m-%d %H:%M %Z}, and {newest} was made on {seen[newest]:%Y-%m-%d %H:%M %Z}"
        return Sign(about="clock", state="wrong", said=said, todo=todo)
    if now.year < _FIRST_YEAR:
        return Sign(about="clock", state="wrong", said=f"it is {now:%Y-%m-%d %H:%M %Z}", todo=todo)
    return Sign(about="clock", state="ok", said=f"{now:%Y-%m-%d %H:%M %Z}")


def moments(reports: Path, *, file: Path) -> dict[str, datetime]:
    """Return when the study file and every run were made."""
    seen = {str(file): datetime.fromtimestamp(file.stat().st_mtime).astimezone()}
    for path in (reports / ".runs").glob("*/manifest.json"):
        made = (_json(path).get("run") or {}).get("made_at")
        if isinstance(made, str):
            seen[f"run {path.parent.name}"] = datetime.fromisoformat(made)
    return seen


def _holders(reports: Path) -> dict[str, dict[str, Any]]:
    return {path.stem: _json(path) for path in sorted((reports / ".locks").glob("*.json"))}


def _files(config: StudyConfig, *, folder: Path) -> Iterator[Path]:
    for name, source in config.sources.items():
        for file in source.files(name).values():
            yield folder / Path(file.path).expanduser()


def _size(config: StudyConfig, *, folder: Path) -> int:
    return sum(_bytes(path) for path in _files(config, folder=folder))


def _bytes(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file() and not file.is_symlink())


def _pattern(paths: list[Path]) -> str:
    endings = sorted({path.suffix for path in paths})
    return f"*{endings[0]}" if len(paths) > 1 and len(endings) == 1 and endings[0] else paths[0].name


def _nearest(path: Path) -> Path:
    return next(each for each in (path, *path.parents) if each.is_dir())


def _me() -> str:
    return f"user {os.getuid()}" if hasattr(os, "getuid") else "this user"


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
