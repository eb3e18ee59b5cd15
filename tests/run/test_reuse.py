"""What has not changed is not run again: nothing at all, or the steps whose notebook and data are the same."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

import pytest

from cxlab.quarter import Quarter
from cxlab.run import engine, plan_run, run_quarter
from cxlab.run.history import number_of

from .drafts import ROLE, Drafts, without_kernels
from .notebooks import CONTRACTS, write_notebook, write_study

COUNT = "from pathlib import Path\nwith Path('ran').open('a') as file: file.write('{name} ')"
MARKED = re.compile(r'<p class="run" data-run>.*?</p>', re.DOTALL)


class Tiny(Drafts):
    """A study of three notebooks: ``journey`` reads ``churn``, the leader's page reads both."""

    def notebook(self, name, *cells, found=0.08, **settings):
        write_notebook(self.folder / "notebooks", name, COUNT.format(name=name), *cells, found=found, **settings)

    def ran(self):
        """Which notebooks ran since the last time this was asked."""
        path = self.folder / "ran"
        names = path.read_text().split() if path.exists() else []
        path.unlink(missing_ok=True)
        return sorted(names)

    def run(self, *words):
        done = self.type("run", "2026Q3", "--jobs", "1", *words)
        assert done.exit_code == 0, done.output
        return done

    def why(self, *words):
        """Why each step ran, by step."""
        lines = [line.split(": ", 2) for line in self.run("--why", *words).stderr.splitlines()]
        return {
            line[1]: line[2] for line in lines if len(line) == 3 and line[1] in ("churn", "journey", "overview")
        }

    @property
    def newest(self):
        runs = [path for path in (self.reports / ".runs").iterdir() if not path.suffix]
        return max(runs, key=number_of).name  # two runs of one second are told apart by their numbers

    @property
    def runs(self):
        return sorted(path.name for path in (self.reports / ".runs").iterdir())

    def setting(self, text):
        file = self.folder / "study.toml"
        file.write_text(text + file.read_text())


@pytest.fixture(scope="module", autouse=True)
def here():
    """No test of this file is about kernels."""
    with without_kernels():
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory, here):
    tiny = Tiny(tmp_path_factory.mktemp("reuse") / "tiny")
    write_study(tiny.folder)
    tiny.notebook("churn")
    tiny.notebook("journey", after=("churn",))
    tiny.notebook("overview")
    tiny.run()
    assert tiny.ran() == ["churn", "journey", "overview"]
    return tiny.folder


@pytest.fixture
def tiny(made, tmp_path):
    return Tiny(shutil.copytree(made, tmp_path / "tiny", symlinks=True))


def test_an_unchanged_run_opens_nothing_and_writes_nothing(tiny, monkeypatch):
    for name in ("carry_out", "open_study", "nursery"):
        monkeypatch.setattr(f"cxlab.run.quarterly.{name}", lambda *_, **__: pytest.fail("it ran"), raising=False)
    (standing,) = tiny.runs
    before = tiny.files(standing)
    done = tiny.run("--why", "--json")
    why = f"taken from run {standing}: nothing has changed"
    said = done.stderr.splitlines()
    assert said[:4] == [
        "2026Q3: running",
        *(f"2026Q3: {step}: {why}" for step in ("churn", "journey", "overview")),
    ]
    assert re.fullmatch(rf"2026Q3: nothing has changed since run {standing}, published in \d\.\d s", said[4])
    assert done.stdout.splitlines()[0] == str(tiny.report / "index.html")
    result = json.loads(done.stdout.splitlines()[-1])
    assert (result["run_id"], result["state"], result["unchanged"]) == (standing, "published", True)
    assert (tiny.runs, tiny.files(standing), tiny.ran()) == ([standing], before, [])


def test_an_unchanged_run_imports_nothing_heavy(tiny):
    code = (
        "import sys\nfrom cxlab.quarter import Quarter\nfrom cxlab.run import plan_run, run_quarter\n"
        "assert run_quarter(plan_run(sys.argv[1]), quarter=Quarter(2026, 3)).unchanged\n"
        "heavy = {'pandas', 'numpy', 'ibis', 'duckdb', 'papermill', 'nbformat', 'babel', 'jinja2', 'nh3'}\n"
        "print(*sorted(heavy & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, str(tiny.folder)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "\n"


def test_fresh_runs_everything(tiny):
    assert tiny.why("--fresh") == dict.fromkeys(("churn", "journey", "overview"), "--fresh")
    assert tiny.ran() == ["churn", "journey", "overview"]
    assert len(tiny.runs) == 2


def test_a_changed_notebook_runs_with_those_that_read_it_if_it_found_something_else(tiny):
    (first,) = tiny.runs
    taken = f"taken from run {first}: nothing it is made of has changed"
    changed = f"changed since run {first}: "
    tiny.notebook("churn", "# another way to the same")
    assert tiny.why() == {"churn": f"{changed}the notebook", "journey": taken, "overview": taken}
    assert tiny.ran() == ["churn"]
    second = tiny.newest
    tiny.notebook("churn", found=0.09)
    changed = f"changed since run {second}: "
    assert tiny.why() == {
        "churn": f"{changed}the notebook",
        "journey": f"{changed}the findings of churn",
        "overview": f"{changed}the findings of churn",
    }
    assert tiny.ran() == ["churn", "journey", "overview"]


def test_a_parameter_and_other_rows_are_named(tiny):
    (first,) = tiny.runs
    tiny.notebook("churn", parameters='quarter: str = ""  # q\nmonths: int = 12  # how far')
    tiny.run()
    second = tiny.newest
    why = tiny.why("--set", "churn.months=24")
    assert why["churn"] == f"changed since run {second}: months is 24, was 12".replace(
        "months", "parameters months"
    )
    assert why["journey"] == f"taken from run {second}: nothing it is made of has changed"
    assert first != second
    (tiny.folder / "contracts.csv").write_text(CONTRACTS + "c6,f,2026-08-01,\n")
    third = tiny.newest
    assert set(tiny.why().values()) == {f"changed since run {third}: rows of contracts"} | {
        f"changed since run {third}: parameters months is 12, was 24, rows of contracts"
    }


def test_what_is_written_otherwise_but_says_the_same_changes_nothing(tiny):
    (first,) = tiny.runs
    (tiny.folder / "contracts.csv").write_text(CONTRACTS)
    assert tiny.run().stderr.splitlines()[-1].startswith(f"2026Q3: nothing has changed since run {first}")
    tiny.setting("# a comment\n")
    assert set(tiny.why().values()) == {f"taken from run {first}: nothing it is made of has changed"}
    assert tiny.ran() == []
    (tiny.folder / "contracts.csv").write_text(CONTRACTS.replace("\n", "\r\n"))
    assert tiny.ran() == []


def test_no_kernel_and_no_fork_server_where_every_step_is_taken(tiny, monkeypatch):
    tiny.setting("# a comment\n")
    monkeypatch.setattr("cxlab.run.one_step.execute", lambda *_, **__: pytest.fail("a kernel was started"))
    monkeypatch.setattr("cxlab.run.one_step.nursery", lambda *_, **__: pytest.fail("a fork server was started"))
    tiny.run()
    assert len(tiny.runs) == 2


def test_pages_of_taken_steps_are_those_of_steps_that_ran(tiny, monkeypatch):
    monkeypatch.setattr("cxlab.run.one_step.execute", engine.execute)
    tiny.run("--fresh")
    tiny.ran()
    tiny.setting("# a comment\n")
    tiny.run()
    taken = tiny.newest
    tiny.run("--fresh")
    fresh = tiny.newest
    assert (tiny.ran(), taken != fresh) == (["churn", "journey", "overview"], True)
    pages, again = tiny.pages(taken), tiny.pages(fresh)
    assert set(pages) == set(again)
    for name, page in pages.items():
        assert len(MARKED.findall(page)) == 1
        if not name.endswith("/data.html"):
            assert MARKED.sub("", page) == MARKED.sub("", again[name]), name
    downloads = [
        {path.name: path.read_bytes() for path in (tiny.reports / ".runs" / run / "downloads").iterdir()}
        for run in (taken, fresh)
    ]
    assert downloads[0] == downloads[1] != {}


def test_a_published_quarter_before_this_one_is_part_of_what_a_step_is_made_of(tiny):
    (first,) = tiny.runs
    assert tiny.type("run", "2026Q2").exit_code == 0
    tiny.ran()
    changed = f"changed since run {first}: the published numbers of 2026Q2"
    assert set(tiny.why().values()) == {changed}
    assert tiny.ran() == ["churn", "journey", "overview"]


def test_the_modules_of_a_study_are_code(tiny):
    (first,) = tiny.runs
    (tiny.folder / "ours.py").write_text("x = 1")
    assert set(tiny.why().values()) == {f"changed since run {first}: the modules of the study"}


def test_another_day_runs_only_what_the_day_decides(tiny, monkeypatch):
    (first,) = tiny.runs
    monkeypatch.setenv("CXLAB_TEAM_AS_OF", "2026-10-10")
    tiny.run()
    tiny.ran()
    second = tiny.newest
    monkeypatch.setenv("CXLAB_TEAM_AS_OF", "2026-10-11")
    assert set(tiny.why().values()) == {f"taken from run {second}: nothing it is made of has changed"}
    monkeypatch.setenv("CXLAB_TEAM_AS_OF", "2027-01-02")
    third = tiny.newest
    assert set(tiny.why().values()) == {f"changed since run {third}: what the team had written down by that day"}
    assert first not in (second, third)


def test_a_run_that_was_taken_back_is_not_taken_for_the_answer(tiny):
    (first,) = tiny.runs
    tiny.notebook("churn", found=0.2)
    tiny.run()
    assert tiny.type("rollback", "2026Q3", "--because", "too high").exit_code == 0
    tiny.ran()
    done = tiny.run("--because", "it was right")
    assert "nothing has changed" not in done.stderr
    assert tiny.ran() == []
    assert tiny.report.readlink().name not in (first, tiny.names[1])


def test_a_failed_run_is_resumed_where_it_failed(tiny):
    tiny.notebook("churn", "# new")
    tiny.notebook("journey", "1/0", after=("churn",))
    assert tiny.type("run", "2026Q3", "--jobs", "1").exit_code == 1
    (failed,) = [run for run in tiny.runs if run.endswith(".failed")]
    tiny.ran()
    tiny.notebook("journey", "2/1", after=("churn",), found=0.1)
    why = tiny.why("--resume")
    assert why["churn"] == f"taken from run {failed}: nothing it is made of has changed"
    assert tiny.ran() == ["journey", "overview"]
    tiny.notebook("journey", "3/1", after=("churn",), found=0.1)
    assert "churn" not in tiny.ran()
    assert tiny.why("--resume")["churn"].endswith("nothing it is made of has changed")


def test_a_run_that_was_killed_is_resumed_too(tiny):
    tiny.notebook("churn", "# new")
    tiny.notebook("journey", "1/0", after=("churn",))
    assert tiny.type("run", "2026Q3", "--jobs", "1").exit_code == 1
    (failed,) = [run for run in tiny.runs if run.endswith(".failed")]
    killed = failed.replace(".failed", ".part")
    (tiny.reports / ".runs" / failed).rename(tiny.reports / ".runs" / killed)
    tiny.notebook("journey", after=("churn",))
    assert tiny.why("--resume")["churn"] == f"taken from run {killed}: nothing it is made of has changed"


def test_without_resume_a_failed_run_gives_nothing(tiny):
    (first,) = tiny.runs
    tiny.notebook("churn", "# new")
    tiny.notebook("journey", "1/0", after=("churn",))
    tiny.type("run", "2026Q3", "--jobs", "1")
    tiny.notebook("journey", after=("churn",))
    tiny.ran()
    assert tiny.why()["churn"] == f"changed since run {first}: the notebook"
    assert tiny.ran() == ["churn"]


def test_half_a_step_is_no_step(tiny):
    tiny.setting("# a comment\n")
    (first,) = tiny.runs
    (tiny.reports / ".runs" / first / "findings" / "churn.json").unlink()
    assert tiny.why()["churn"] == "no earlier run of the quarter has it"
    assert tiny.ran() == ["churn"]


def test_fresh_and_resume_are_refused_together(tiny):
    done = tiny.type("run", "2026Q3", "--fresh", "--resume")
    tiny.refuse(done, "--fresh runs every step and --resume takes what is done: choose one")


def test_a_draft_that_is_there_is_the_answer_too(tiny):
    file = tiny.folder / "study.toml"
    file.write_text(file.read_text().replace("auto_publish = true", "auto_publish = false"))
    tiny.notebook("churn", found=0.3)
    draft = tiny.run().stdout.splitlines()[-1]
    again = run_quarter(plan_run(tiny.folder), quarter=Quarter(2026, 3))
    assert (str(again.index), again.state, again.unchanged) == (draft, "draft", True)
    assert tiny.type("publish", "2026Q3", "--approved-by", ROLE, "--because", "new rule").exit_code == 0
    again = run_quarter(plan_run(tiny.folder), quarter=Quarter(2026, 3))
    assert (again.state, again.unchanged, again.index) == ("published", True, tiny.report / "index.html")
