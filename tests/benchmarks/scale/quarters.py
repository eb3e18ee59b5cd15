"""Measure a whole quarter: ``cxlab run`` on prepared tables, all its processes together."""

from __future__ import annotations

import sys
from pathlib import Path

from scale.processes import command
from scale.results import add, batch


def measure(study: Path, *, quarter: str, customers: int, threads: int) -> None:
    """Run the quarter once and write ``results/quarter.jsonl``."""
    about = batch(customers=customers, threads=threads)
    said = command([sys.executable, "-m", "cxlab", "run", quarter, "--study", str(study)], threads=threads)
    add("quarter", {"what": "quarter", "name": quarter, **about, **said})
    print(f"{said['wall']:.1f} s wall, {said['cpu']:.1f} CPU s, {said['peak']:.2f} GB the largest process, "
          f"{said['together']:.2f} GB together")  # fmt: skip
