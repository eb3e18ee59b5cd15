"""The tiny study with drafts of one quarter, and what is read off their pages."""

from __future__ import annotations

import contextlib
import json
import re
from datetime import datetime
from zoneinfo import ZoneInfo

import nbformat
import pytest
from typer.testing import CliRunner

from cxlab.cli import app
from cxlab.errors import RunError
from cxlab.run.history import history

ROLE = "Head of CX research"


def typed(folder, *words):
    """Type a command on a study."""
    return CliRunner().invoke(app, [*words, "--study", str(folder)])


def execute_here(step, *, values, environment, folder, to, **_):
    """Do what a kernel would do, in this process: the start of a kernel is what costs."""
    notebook, names = nbformat.read(step.path, as_version=4), {}
    with pytest.MonkeyPatch.context() as here:
        here.chdir(folder)
        for name, value in environment.items():
            here.setenv(name, value)
        for cell in notebook.cells:
            try:
                exec(cell.source, names)
            except Exception as error:
                raise RunError(f"{step.path.name} failed: {error!r}") from None
            names |= values
    to.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, to)
    return notebook


@contextlib.contextmanager
def without_kernels():
    """Let notebooks run in this process, and no fork server start."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CXLAB_FORK", "0")
        patched.setattr("cxlab.run.one_step.execute", execute_here)
        yield


class Drafts:
    """A copy of a study: type a command, look at what its runs say."""

    def __init__(self, folder):
        self.folder, self.reports, self.report = folder, folder / "reports", folder / "reports" / "2026Q3"

    @property
    def names(self):
        kept = [run for run in history(self.reports, quarter="2026Q3") if run.whole]
        return [run.run for run in sorted(kept, key=lambda run: run.number)]

    def type(self, *words):
        done = typed(self.folder, *words)
        assert "Traceback" not in done.output
        assert isinstance(done.exception, SystemExit | None), done.exception
        return done

    def publish(self, run, *words, by=ROLE):
        return self.type("publish", "2026Q3", "--run", run, "--approved-by", by, *words)

    def refuse(self, done, *said, code=2):
        lines = [f"cxlab: {said[0]}", *(f"  {line}" for line in said[1:])]
        assert (done.exit_code, done.stderr.splitlines()) == (code, lines)

    def pages(self, run):
        folder = self.reports / ".runs" / run
        return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.html"))}

    def files(self, run):
        folder = self.reports / ".runs" / run
        return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}

    def manifest(self, run):
        return json.loads((self.reports / ".runs" / run / "manifest.json").read_text())

    def state(self, run):
        return next(kept.state for kept in history(self.reports, quarter="2026Q3") if kept.run == run)


def today():
    return datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()


def spelled():
    return f"{today():%-d %b %Y}".replace(" ", "\xa0")


def banners(pages):
    """What the banner of every page says, by page."""
    found = {name: re.search(r'<p class="banner">(.*?)</p>', page, re.DOTALL) for name, page in pages.items()}
    return {name: match and re.sub(r"<[^>]*>", "", match[1]) for name, match in found.items()}
