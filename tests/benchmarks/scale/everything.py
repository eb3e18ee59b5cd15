"""Every table of every size with one command: companies made up, loaded, measured, taken away again."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from scale.processes import environment, wait_until_quiet

ROOT = Path(__file__).parents[3]
MILLION = 1_000_000
SINCE = "2026-01-01"
"""The largest company is loaded once more with its transactions from this day on: about 300 million."""

BUDGET = 3 * MILLION
"""A size is measured so often that its customers add up to this, and once at least."""


def measure(folder: Path, *, sizes: Sequence[int], quarter: str) -> None:
    """Measure all sizes; a company that was made up before is used again."""
    for size in sizes:
        study = made_up(folder / f"{size}", customers=size)
        loaded = folder / f"{size}-loaded"
        shutil.rmtree(loaded, ignore_errors=True)
        told = ("--quarter", quarter, "--customers", size)
        _do("load", "--study", study, *told, "--to", loaded)
        _do("evidence", "--study", loaded, *told, "--repeats", max(1, BUDGET // size))
        _do("survival", "--study", loaded, *told, "--repeats", max(1, BUDGET // size))
        _do("quarter", "--study", loaded, *told)
        if size == max(sizes):
            _do("load", "--study", study, *told, "--since", SINCE)
        if size == MILLION:
            _do("anchors", "--study", loaded, *told)
            _do("rows", "--study", study)
        shutil.rmtree(loaded)
    _do("panel")
    _do("render")


def made_up(folder: Path, *, customers: int) -> Path:
    """Return a study of a made-up company; made if it is not there."""
    if not (folder / "sample" / "truth.json").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        words = ["-m", "cxlab", "synth", "--customers", str(customers), "--seed", "7", "--to", folder / "sample"]
        subprocess.run([sys.executable, *map(str, words)], check=True, env=environment(1))
    for name in ("study.toml", "codebook.yaml"):
        shutil.copy(ROOT / "data" / name, folder)
    return folder


def _do(what: str, *words: object) -> None:
    wait_until_quiet()
    command = [sys.executable, "-W", "ignore", str(ROOT / "tests" / "benchmarks" / "at_scale.py"), what]
    subprocess.run([*command, *map(str, words)], check=True)
