"""What happened to a quarter: every run that was kept, which of them stood, and why one took another's place.

::

    reports/2026Q3                   a link to the run that stands; it alone says which
    reports/.history/2026Q3.json     each time it was swapped: when, to which run, by whom, why
    reports/.runs/<id>/manifest.json what a run is: a draft, or approved

What the pages of a run say of its standing follows from these. Nothing heavy is imported here: whether anything
has to be done at all is asked of these files first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

Json: TypeAlias = Any

Kind = Literal["published", "rolled back"]
SAYS = "standing.json"
"""File of a run: what its pages say of their standing; empty while they are written anew."""

NUMBER = "number"
"""File of a run: which run of its quarter it is, counted from 1. The clock may be set back; this goes on."""

State = Literal["draft", "published", "approved", "replaced", "withdrawn", "failed", "not finished"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """One time the link of a quarter was swapped.

    Parameters
    ----------
    at : str
        ISO moment with its zone.
    kind : {"published", "rolled back"}
        Whether a new report came or an earlier one came back.
    run : str
        The run that has stood since.
    by : str or None
        The role that approved it.
    because : str or None
        Why it took the other's place.
    instead_of : str or None
        The run that stood before.
    """

    at: str
    kind: Kind
    run: str
    by: str | None = None
    because: str | None = None
    instead_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRun:
    """One run of a quarter.

    Parameters
    ----------
    run, made_at : str
        Its name, and when it began.
    state : str
        ``published`` stands; ``approved`` never did; ``replaced`` and ``withdrawn`` did.
    number : int
        Which run of the quarter it is.
    whole : bool
        Whether all steps took part.
    approved_by, approved_on, because : str or None
        Who approved it and when; why it took another's place, or lost its own.
    """

    run: str
    state: State
    made_at: str = ""
    number: int = 0
    whole: bool = False
    approved_by: str | None = None
    approved_on: str | None = None
    because: str | None = None


def published_run(reports: Path, *, quarter: str) -> str | None:
    """Return the run a quarter points at, or None if it was never published."""
    link = reports / quarter
    return link.readlink().name if link.is_symlink() else None


def swaps_file(reports: Path, *, quarter: str) -> Path:
    """Return where the swaps of a quarter are written down."""
    return reports / ".history" / f"{quarter}.json"


def swaps(reports: Path, *, quarter: str) -> tuple[Swap, ...]:
    """Return every swap of a quarter, oldest first.

    What is written down last has not happened if the power was cut before the link was swapped: it is left out.
    """
    try:
        found = [Swap(**each) for each in json.loads(swaps_file(reports, quarter=quarter).read_text("utf-8"))]
    except FileNotFoundError:
        return ()
    standing = published_run(reports, quarter=quarter)
    while found and found[-1].run != standing:
        found.pop()
    return tuple(found)


def as_text(past: Sequence[Swap]) -> bytes:
    """Return swaps as they are kept."""
    return (json.dumps([asdict(each) for each in past], indent=1, ensure_ascii=False) + "\n").encode()


def taken_off(run: str, past: Sequence[Swap]) -> Swap | None:
    """Return the swap that took a run off its place for the last time; None if it stands or never stood."""
    return next((each for each in reversed(past) if each.instead_of == run), None)


def whole_runs(reports: Path, *, quarter: str) -> Iterator[tuple[Path, dict[str, Json]]]:
    """Yield the folder and the manifest of every whole run of a quarter, newest first."""
    found = []
    for path in (reports / ".runs").glob(f"{quarter}-*"):
        manifest = manifest_of(path)
        if manifest is not None and not path.suffix:
            found.append((number_of(path), manifest["run"]["made_at"], path, manifest))
    for _, _, path, manifest in sorted(found, key=lambda each: each[:2], reverse=True):
        yield path, manifest


def number_of(run: Path) -> int:
    """Return which run of its quarter a run is; 0 if it does not say."""
    try:
        return int((run / NUMBER).read_text(encoding="ascii"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return 0


def manifest_of(run: Path) -> dict[str, Json] | None:
    """Return what a whole run says of itself; None if it is not whole."""
    try:
        manifest: dict[str, Json] = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
        return None
    return manifest


def standing_of(reports: Path, *, quarter: str, zone: ZoneInfo) -> Iterator[tuple[Path, dict[str, Json]]]:
    """Yield every whole run of a quarter, and what its pages are to say of its standing.

    Parameters
    ----------
    zone : ZoneInfo
        Of the study: the days on the pages.
    """
    past, standing = swaps(reports, quarter=quarter), published_run(reports, quarter=quarter)
    for run, manifest in whole_runs(reports, quarter=quarter):
        lost, replaced = None if run.name == standing else taken_off(run.name, past), None
        if lost is not None and lost.because:
            on = datetime.fromisoformat(lost.at).astimezone(zone).date().isoformat()
            replaced = {"on": on, "because": lost.because, "withdrawn": lost.kind == "rolled back"}
        facts = manifest["run"]
        told = {name: facts.get(name) for name in ("state", "approved_by", "approved_on")}
        yield run, {**told, "replaced": replaced}


def says(run: Path) -> dict[str, Json]:
    """Return what the pages of a run say of its standing; empty if they may say anything."""
    try:
        said: dict[str, Json] = json.loads((run / SAYS).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return said


def history(reports: Path, *, quarter: str) -> list[KeptRun]:
    """Return every run of a quarter that was kept, newest first."""
    past, standing = swaps(reports, quarter=quarter), published_run(reports, quarter=quarter)
    whole = list(whole_runs(reports, quarter=quarter))
    names = {path.name for path, _ in whole}
    others = [path for path in (reports / ".runs").glob(f"{quarter}-*") if path.name not in names]
    kept = [_kept(path, manifest, past=past, standing=standing) for path, manifest in whole]
    kept += [_unfinished(path) for path in others]
    return sorted(kept, key=lambda run: (run.number, run.made_at), reverse=True)


def _kept(path: Path, manifest: dict[str, Json], *, past: Sequence[Swap], standing: str | None) -> KeptRun:
    run, facts = path.name, manifest["run"]
    took = next((each.because for each in reversed(past) if each.run == run), None)
    lost = None if run == standing else taken_off(run, past)
    return KeptRun(
        run=run,
        state=_state(facts["state"], stands=run == standing, lost=lost),
        made_at=facts["made_at"],
        number=number_of(path),
        whole=manifest.get("whole", True),
        approved_by=facts.get("approved_by"),
        approved_on=facts.get("approved_on"),
        because=lost.because if lost else took,
    )


def _state(state: str, *, stands: bool, lost: Swap | None) -> State:
    if stands:
        return "published"
    if state == "draft":
        return "draft"
    if lost is None:
        return "approved"
    return "withdrawn" if lost.kind == "rolled back" else "replaced"


def _unfinished(path: Path) -> KeptRun:
    name, failed = path.name.removesuffix(".failed"), path.suffix == ".failed"
    moment = datetime.fromtimestamp(path.stat().st_mtime).astimezone().isoformat(timespec="seconds")
    state: State = "failed" if failed else "not finished"
    return KeptRun(run=name, state=state, made_at=_named(name) or moment, number=number_of(path))


def _named(run: str) -> str | None:
    """Return the moment in a run's name."""
    try:
        return datetime.strptime(run.split("-")[1].replace("Z", "+0000"), "%Y%m%dT%H%M%S%z").isoformat()
    except (IndexError, ValueError):
        return None
