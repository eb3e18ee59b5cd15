"""Measured numbers as JSON lines, added to and never changed: sizes may be measured on different days."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

RESULTS = Path(__file__).parents[1] / "results"
Line = dict[str, Any]
COSTS = ("wall", "cpu", "peak")


def batch(**about: Any) -> Line:
    """Return what is told with every line of one measurement: when, where, of which code."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=RESULTS.parent, capture_output=True, text=True, check=False
    )
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}",
        "commit": commit.stdout.strip(), **about,
    }  # fmt: skip


def add(kind: str, line: Mapping[str, Any]) -> None:
    """Add a line to ``results/<kind>.jsonl``."""
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / f"{kind}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def lines(kind: str, *, folder: Path = RESULTS) -> list[Line]:
    """Return all lines of a kind, oldest first."""
    file = folder / f"{kind}.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.is_file() else []


def newest(found: Iterable[Line], *, by: tuple[str, ...]) -> dict[tuple[Any, ...], Line]:
    """Return the newest measurement of each key; of several runs the median cost.

    A key is what was measured and how large it was; runs of one measurement have the same ``when``.
    """
    runs: dict[tuple[Any, ...], list[Line]] = {}
    for line in found:
        key = tuple(line.get(name) for name in by)
        held = runs.setdefault(key, [])
        if held and line["when"] > held[0]["when"]:
            held.clear()
        if not held or line["when"] == held[0]["when"]:
            held.append(line)
    return {key: _middle(held) for key, held in runs.items()}


def _middle(held: list[Line]) -> Line:
    told = {cost: median(line[cost] for line in held) for cost in COSTS if all(cost in line for line in held)}
    return {**held[-1], **told, "runs": len(held)}
