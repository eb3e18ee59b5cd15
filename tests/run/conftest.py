"""Fixtures of the run: a tiny study, and the processes it leaves behind (none)."""

from __future__ import annotations

import importlib.util
import os
import time
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("tiny_notebooks", Path(__file__).with_name("notebooks.py"))
tiny = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(tiny)


@pytest.fixture
def write_notebook(tmp_path):
    """Write a notebook into the tiny study: ``write_notebook("churn", "1/0")``."""

    def write(name, *cells, **settings):
        return tiny.write_notebook(tmp_path / "notebooks", name, *cells, **settings)

    return write


@pytest.fixture
def study_file(tmp_path):
    """The tiny study's file."""
    return tiny.write_study(tmp_path)


@pytest.fixture
def left_behind():
    """Return the processes whose environment names a folder, waiting a while for them to end."""

    def processes(folder: Path, *, within: float = 5.0) -> list[int]:
        deadline = time.monotonic() + within
        while (found := _naming(str(folder))) and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    if not Path("/proc/self/environ").exists():
        pytest.skip("needs /proc to see what is left behind")
    return processes


def _naming(text: str) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if text.encode() in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found
