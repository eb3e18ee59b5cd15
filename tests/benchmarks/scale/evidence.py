"""Measure every builder of evidence and every fit on one study, each beside the bare scan of its columns."""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scale.fits import BARS, FITS, Bar
from scale.names import FROM_ELSEWHERE
from scale.processes import Failed, forked
from scale.results import Line, add, batch
from scale.scans import key
from scale.stories import MADE, stories


def pieces() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield builders, then fits, then the builders that need what a fit gives back."""
    calls = [(each.name, text) for each in stories().values() for text in each.calls]
    late = [call for call in calls if any(name in call[1] for name in FROM_ELSEWHERE)]
    for story, text in [call for call in calls if call not in late]:
        yield text, {"job": "call", "story": story, "text": text}
    for fit in FITS:
        yield fit.title, {"job": "fit", "story": fit.story, "title": fit.title}
    for story, text in late:
        yield text, {"job": "call", "story": story, "text": text}


def measure(study: Path, *, quarter: str, customers: int, threads: int, repeats: int, only: str = "") -> None:
    """Measure and write the lines of ``results/evidence.jsonl``."""
    about = batch(customers=customers, threads=threads)
    where = {"study": str(study), "quarter": quarter}
    for each in stories().values():
        each.known()  # imported here once, not by every process
    read: dict[str, dict[str, list[str]]] = {}
    with tempfile.TemporaryDirectory(prefix="evidence-") as kept:
        for time in range(repeats):
            scanned: set[str] = set()
            for name, piece in pieces():
                if only and only not in name:
                    continue
                look = time == 0 and piece["job"] == "call"
                _one({**piece, **where, "kept": kept, "look": look}, name=name, about=about, read=read)
                columns = read.get(name, {})
                if columns and key(columns) not in scanned:
                    scanned.add(key(columns))
                    _one({"job": "scan", "read": columns, **where}, name=key(columns), about=about, read=read)
            for bar in BARS:
                asked = [text for _, text in asked_of(bar)]
                columns = together([read[text] for text in asked if text in read])
                if columns and not only:
                    _one({"job": "scan", "read": columns, **where}, name=bar.title, about=about, read=read)


def evidence_of(bar: Bar) -> list[str]:
    """Return the calls behind a bar, word for word."""
    assigned = stories()[bar.story].assigned
    return [ast.unparse(assigned[name][0]) for name in bar.evidence]


def asked_of(bar: Bar) -> list[tuple[str, str]]:
    """Return story and call of all that is counted for a bar, tables made on the way first."""
    made = [(MADE, text) for text in stories()[MADE].calls if text.partition("(")[0] in bar.made]
    return [*made, *((bar.story, text) for text in evidence_of(bar))]


def together(read: list[dict[str, list[str]]]) -> dict[str, list[str]]:
    """Return all columns of all tables that several calls read."""
    tables = sorted({table for each in read for table in each})
    return {table: sorted({column for each in read for column in each.get(table, [])}) for table in tables}


def _one(job: dict[str, Any], *, name: str, about: Line, read: dict[str, dict[str, list[str]]]) -> None:
    try:
        said = forked(job)
    except Failed as error:
        print(f"not measured: {name}: {error}", flush=True)
        return
    if "read" in said:
        read[name] = said.pop("read")
    if job.get("look") and not read.get(name):
        print(f"no table of the engine is read by {name}", flush=True)
    scan = {"scan": key(read[name])} if read.get(name) else {}
    add("evidence", {"what": job["job"], "story": job.get("story", ""), "name": name, **about, **said, **scan})
    print(f"{said['cpu']:8.2f} s  {said['peak']:6.2f} GB  {job['job']:4}  {name[:110]}", flush=True)
