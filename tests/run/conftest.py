"""Fixtures of the run: a tiny study, and the processes it leaves behind (none)."""

from __future__ import annotations

import importlib.util
import os
import shutil
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cxlab.cli import app

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


ALLOWED = "quarantine_share in study.toml allows 2.0%"


class PublishedStudy:
    """The tiny study with one published quarter: break its files, type a command, look at what was said."""

    def __init__(self, folder):
        self.folder, self.file, self.report = folder, folder / "study.toml", folder / "reports" / "2026Q3"

    def write(self, name, *lines):
        (self.folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def declare(self, text):
        self.file.write_text(self.file.read_text() + text)

    def setting(self, old, new):
        text = self.file.read_text()
        assert old in text
        self.file.write_text(text.replace(old, new))

    def published(self):
        content = {str(path): path.read_bytes() for path in self.report.rglob("*") if path.is_file()}
        return self.report.readlink(), content

    def type(self, *words):
        before = self.published()
        done = CliRunner().invoke(app, [*words, "--study", str(self.file)])
        assert self.published() == before
        assert "Traceback" not in done.output
        assert isinstance(done.exception, SystemExit | None)
        return done

    def refuse(self, *words, code, said):
        """Expect an exit code and, after ``cxlab:``, exactly these lines."""
        done = self.type(*words)
        lines = done.stderr.splitlines()
        kept = f"  Nothing was published; what was done is kept in {self.folder}/reports/.runs/"
        if words[0] == "run" and code == 69:
            assert lines.pop(0) == f"{words[1]}: running"
            assert lines.pop().startswith(kept)
        assert (done.exit_code, lines) == (code, [f"cxlab: {said[0]}", *(f"  {line}" for line in said[1:])])

    def refuse_sources(self, *problems, see):
        """Expect run and check to say that the sources cannot be read."""
        said = ["the sources cannot be read", *(f"- {problem}" for problem in problems), f"See {see}"]
        self.refuse("run", "2026Q3", code=69, said=said)
        self.refuse("check", code=69, said=said)

    def refuse_rows(self, *problems, see):
        """Expect run to say which rows were refused, and check to say so at the end of its whole report."""
        said = [f"- {problem}" for problem in problems]
        self.refuse("run", "2026Q3", code=69, said=["too many rows were refused", *said, f"See {see}"])
        first = [line for line in said if ALLOWED in line]
        self.refuse("check", code=69, said=["too many rows were refused", *first, f"See {see}"])
        report = self.type("check").stdout.splitlines()
        assert report[0] == (
            "2026Q3, the last finished quarter with data: 2026-07-01 to 2026-09-30, as known on 2026-10-05"
        )
        quarantined = report[report.index("Quarantined") + 1 :]
        assert quarantined[: len(problems)] == [f"  {problem}" for problem in problems]
        assert "  churn: can run" in report

    def set_aside(self, table, share):
        return f"{table}: {share}; {ALLOWED}); rows in {self.folder}/prepared/quarantine/{table}.csv"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = tmp_path_factory.mktemp("studies") / "tiny"
    tiny.write_study(folder)
    tiny.write_notebook(
        folder / "notebooks", "overview", parameters='quarter: str = ""  # q\nmonths: int = 12  # how far'
    )
    done = CliRunner().invoke(app, ["run", "2026Q3", "--study", str(folder)])
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def study(published):
    """The published study, whole again after every test."""
    yield PublishedStudy(published)
    for path in published.iterdir():
        if path.name not in ("notebooks", "prepared", "reports"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    tiny.write_study(published)


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
