"""Measure what a quarter costs and write the table of README.md here: ``make bench``."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import by_hand

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took: wall seconds, CPU seconds of all its processes, memory of the largest of them (GB)."""

    wall: float
    cpu: float
    memory: float


def cost_of(*words: object) -> Cost:
    """Run a cxlab command in a process of its own, so that memory is its own too."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, "-m", "cxlab", *map(str, words)], env=environment, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"cxlab {' '.join(map(str, words))} ended with {child.returncode}")
    unit = 1024**3 if sys.platform == "darwin" else 1024**2
    return Cost(time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / unit)


def measured(folder: Path) -> list[tuple[str, str, str, str]]:
    """Rows of the table: what, wall, CPU, memory of the largest process."""
    for name in ("study.toml", "codebook.yaml"):
        shutil.copy(ROOT / "data" / name, folder)
    text = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(text.replace('"../reports"', '"reports"'), encoding="utf-8")
    costs = [
        ("`cxlab --help`", min((cost_of("--help") for _ in range(3)), key=lambda cost: cost.cpu)),
        ("`cxlab synth --customers 20_000`", cost_of("synth", "--customers", 20_000, "--to", folder / "sample")),
        ("`cxlab run 2026Q3`, sources new", cost_of("run", "2026Q3", "--study", folder)),
        ("`cxlab run 2026Q3`, sources known", cost_of("run", "2026Q3", "--fresh", "--study", folder)),
        ("`cxlab run 2026Q3`, nothing changed", cost_of("run", "2026Q3", "--study", folder)),
        (
            "`cxlab synth --customers 1_000_000`",
            cost_of("synth", "--customers", 1_000_000, "--to", folder / "large"),
        ),
    ]
    return [(what, f"{c.wall:.1f} s", f"{c.cpu:.1f} s", f"{c.memory:.2f} GB") for what, c in costs]


def sizes(folder: Path) -> list[tuple[str, str]]:
    """Sizes of the pages that were made."""
    pages = {page: page.stat().st_size for page in (folder / "reports" / "2026Q3").rglob("*.html")}
    leader = pages[folder / "reports" / "2026Q3" / "index.html"]
    return [
        ("the leader's page", f"{leader / 1000:.0f} kB"),
        ("the largest page", f"{max(pages.values()) / 1000:.0f} kB"),
    ]


def main() -> None:
    """Measure, print, and write the table into README.md."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows, pages = measured(folder), sizes(folder)
        (folder / "by-hand").mkdir()
        beside = by_hand.table(folder / "study.toml", quarter="2026Q3", folder=folder / "by-hand")
    when, cores = datetime.now(UTC).date().isoformat(), os.cpu_count()
    lines = [
        BEGIN,
        f"Measured {when} on {cores} cores, {platform.system()}, Python {platform.python_version()}.",
        "",
        "| what | wall | CPU, all processes | memory, largest process |",
        "|--|--|--|--|",
        *("| " + " | ".join(row) + " |" for row in rows),
        "",
        "| page of that run | size |",
        "|--|--|",
        *(f"| {what} | {size} |" for what, size in pages),
        "",
        *beside,
        END,
    ]
    print("\n".join(lines))
    path = HERE / "README.md"
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    path.write_text(before + "\n".join(lines) + rest.partition(END)[2], encoding="utf-8")


if __name__ == "__main__":
    main()
