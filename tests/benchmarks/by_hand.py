"""The same notebooks run one by one with papermill and nbconvert, beside ``cxlab run``; and how kernels start."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROUNDS = 2
STARTS = 5
BLOCK = 512
"""Bytes of the blocks the system counts what is written in."""

IMPORTS = (
    "from cxlab.tables import open_study\nfrom cxlab.report import record\nimport cxlab.churn, cxlab.evidence"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What commands took together: wall and CPU seconds, bytes written to the disk."""

    wall: float
    cpu: float
    written: int

    def __add__(self, other: Used) -> Used:
        return Used(wall=self.wall + other.wall, cpu=self.cpu + other.cpu, written=self.written + other.written)


def used(words: list[str], *, study: Path) -> Used:
    """Run a program to its end; what it started counts with it."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.monotonic()
    child = subprocess.Popen(
        words, env=inherited | {"CXLAB_STUDY": str(study)}, cwd=study.parent,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {child.returncode}")
    return Used(
        wall=time.monotonic() - started, cpu=usage.ru_utime + usage.ru_stime, written=usage.ru_oublock * BLOCK
    )


def by_hand(study: Path, *, quarter: str, to: Path) -> Used:
    """Papermill, then nbconvert, for every notebook: one language, no pages of the report's own, no checks."""
    total = Used(wall=0, cpu=0, written=0)
    for notebook in ordered():
        executed = to / notebook.name
        commands = (
            ["papermill", str(notebook), str(executed), "-p", "quarter", quarter, "--no-progress-bar"],
            ["nbconvert", "--to", "html", "--no-input", str(executed)],
        )
        for words in commands:
            total += used([sys.executable, "-m", *words], study=study)
    return total


def ordered() -> list[Path]:
    """Notebooks in an order in which each finds what it recalls: the leader's page last."""
    return sorted((ROOT / "notebooks").glob("*.ipynb"), key=lambda path: (path.stem == "overview", path.stem))


def runs(study: Path, *, quarter: str, folder: Path) -> Iterator[tuple[str, Used]]:
    """Yield both ways of making the quarter, in turns; the tables are prepared before."""
    for number in range(ROUNDS):
        to = folder / f"by-hand-{number}"
        to.mkdir()
        yield "by hand", by_hand(study, quarter=quarter, to=to)
        yield (
            "cxlab run",
            used([sys.executable, "-m", "cxlab", "run", quarter, "--fresh", "--study", str(study)], study=study),
        )


def starts(folder: Path) -> tuple[float, float]:
    """Median seconds until a notebook has imported what all of them import: a kernel of its own, and a fork."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    from cxlab.run.engine import Limits, execute
    from cxlab.run.forked import nursery
    from cxlab.run.kernel import fixed
    from cxlab.run.steps import Step

    path = folder / "imports.ipynb"
    cell = {
        "cell_type": "code",
        "execution_count": None,
        "id": "a",
        "metadata": {},
        "outputs": [],
        "source": IMPORTS,
    }
    about = {
        "cells": [cell],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(about), encoding="utf-8")
    step = Step(name="imports", path=path, title={}, tables=(), after=(), parameters=())
    taken: dict[bool, list[float]] = {False: [], True: []}
    with nursery(["churn"], environment=fixed()) as home:
        assert home is None or home.ready
        for forked in (False, True) * STARTS:
            began = time.monotonic()
            execute(
                step, values={}, environment={}, folder=folder, to=folder / "done.ipynb", limits=Limits(),
                home=home if forked else None,
            )  # fmt: skip
            taken[forked].append(time.monotonic() - began)
    return statistics.median(taken[False]), statistics.median(taken[True])


def table(study: Path, *, quarter: str, folder: Path) -> list[str]:
    """Return the lines of the table; the quarter has been run before, so its tables are there."""
    found: dict[str, list[Used]] = {}
    for way, cost in runs(study, quarter=quarter, folder=folder):
        found.setdefault(way, []).append(cost)
    middle = {way: min(costs, key=lambda cost: cost.wall) for way, costs in found.items()}
    hand, own = middle["by hand"], middle["cxlab run"]
    report = study.parent / "reports" / quarter
    final = sum(file.stat().st_size for file in report.resolve().rglob("*") if file.is_file())
    own_start, forked_start = starts(folder)
    return [
        "| the same notebooks | wall | CPU, all processes | written |",
        "|--|--|--|--|",
        _row("papermill and nbconvert, one by one", hand),
        _row("`cxlab run`, two languages, all checks", own),
        f"| the one of the other | {own.wall / hand.wall:.2f}x | {own.cpu / hand.cpu:.2f}x | "
        f"{own.written / final:.1f}x the report of {final / 1e6:.0f} MB |",
        f"| until a notebook has its imports: a fork against a kernel of its own | {forked_start:.2f} s against "
        f"{own_start:.2f} s: {forked_start / own_start:.2f}x | | |",
    ]


def _row(name: str, cost: Used) -> str:
    return f"| {name} | {cost.wall:.1f} s | {cost.cpu:.1f} s | {cost.written / 1e6:.0f} MB |"
