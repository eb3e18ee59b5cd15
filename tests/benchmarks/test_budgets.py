"""Time, memory and sizes of a whole quarter, each against the budget in README.md."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def cxlab(*words):
    """Run a command; return wall seconds, CPU seconds, and the most memory any child has used so far, MB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([sys.executable, "-m", "cxlab", *map(str, words)], check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return time.monotonic() - started, cpu, after.ru_maxrss / unit


def within(what, value, budget, unit):
    print(f"{what}: {value:.2f} {unit} of {budget} {unit}")
    assert value <= budget, f"{what} takes {value:.2f} {unit}; the budget is {budget} {unit}"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """The made-up study, its sample of 20,000 customers made here and timed."""
    folder = tmp_path_factory.mktemp("study")
    for name in ("study.toml", "decisions.csv"):
        shutil.copy(ROOT / "data" / name, folder)
    text = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(text.replace('"../reports"', '"reports"'), encoding="utf-8")
    seconds, _, _ = cxlab("synth", "--customers", 20_000, "--seed", 7, "--to", folder / "sample")
    within("synth of 20,000 customers", seconds, 60, "s")
    return folder


def test_help():
    within("cxlab --help", min(cxlab("--help")[1] for _ in range(3)), 0.3, "CPU s")


def test_a_quarter_from_sources_to_pages(study):
    seconds, _, memory = cxlab("run", "2026Q3", "--study", study)
    within("cxlab run 2026Q3", seconds, 120, "s")
    within("its largest process", memory / 1024, 2, "GB")
    sizes = {path: path.stat().st_size for path in (study / "reports" / "2026Q3").rglob("*.html")}
    within("the largest page", max(sizes.values()) / 1e6, 1, "MB")
    within("the leader's page", sizes[study / "reports" / "2026Q3" / "index.html"] / 1e3, 150, "kB")
