"""The command line: light, documented, and its errors are words with an exit code."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cxlab import errors
from cxlab.cli import app
from cxlab.cli.words import in_words

ROOT = Path(__file__).parents[1]
COMMANDS = [
    "run",
    "publish",
    "history",
    "rollback",
    "verify",
    "explain",
    "deliver",
    "scores",
    "schedule",
    "check",
    "doctor",
    "selftest",
    "erase",
    "rotate-key",
    "init",
    "synth",
    "new",
]
HEAVY = ("pandas", "numpy", "ibis", "duckdb", "matplotlib", "scipy", "papermill", "nbformat", "pyarrow", "babel")


@pytest.fixture
def invoke():
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def started(*words):
    """The command in a process of its own."""
    return subprocess.run([sys.executable, "-m", "cxlab", *words], capture_output=True, text=True)


def test_the_commands_are_these():
    assert [command.name or command.callback.__name__ for command in app.registered_commands] == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_an_example_that_it_accepts(command, invoke):
    known = typer.main.get_command(app).commands[command]
    example = re.search(rf"Example: cxlab {command} (.+)", known.help)[1]
    assert f"Example: cxlab {command}" in invoke(command, "--help").output
    assert known.make_context(command, shlex.split(example)).params


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_described_in_the_readme(command):
    assert f"cxlab {command}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_help_and_a_wrong_quarter_end_with_their_codes():
    assert started("--help").returncode == 0
    done = started("run", "2026Q5")
    assert done.returncode == 2
    assert done.stderr == "cxlab: quarter must look like '2026Q3'; got '2026Q5'\n"


@pytest.mark.parametrize(
    "modules", ["cxlab.cli, cxlab.run", "cxlab.cli.scheduling, cxlab.run.due, cxlab.run.publish"]
)
def test_nothing_heavy_is_imported_before_it_is_needed(modules):
    code = f"import sys, {modules}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert sorted(set(loaded) & set(HEAVY)) == []


def test_a_wrong_parameter_is_refused_before_anything_heavy(tmp_path):
    study = tmp_path / "study.toml"
    study.write_text(
        'name = "T"\nmade_up = true\ncurrency = "VND"\ntime_zone = "Asia/Ho_Chi_Minh"\n'
        'window_opens = 2025-01-01\nreports = "reports"\nnotebooks = "."\n'
    )
    cell = {
        "cell_type": "code",
        "metadata": {"tags": ["parameters"]},
        "source": 'quarter: str = ""  # q\nhorizon_months: int = 12  # how far',
    }
    about = {"cxlab": {"title": {}, "tables": [], "after": []}}
    (tmp_path / "churn.ipynb").write_text(json.dumps({"metadata": about, "cells": [cell]}))
    words = [
        "run",
        "2026Q3",
        "--study",
        str(study),
        "--set",
        "churn.horizon_month=2",
        "--set",
        "churn.horizon_months=x",
    ]
    done = started(*words)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "cxlab: the run was not started; nothing has changed",
        "  - unknown parameter of churn 'horizon_month'; did you mean 'horizon_months'?",
        "  - churn.horizon_months needs int; got 'x'",
    ]
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (errors.RunError("a"), 1, "cxlab: a\n"),
        (errors.UsageError("a", ["b", "c"], see="README.md"), 2, "cxlab: a\n  - b\n  - c\n  See README.md\n"),
        (errors.DataError("a"), 69, "cxlab: a\n"),
        (errors.LockedError("a"), 75, "cxlab: a\n"),
        (errors.TimedOutError("a"), 124, "cxlab: a\n"),
        (KeyboardInterrupt(), 130, "cxlab: stopped\n"),
        (KeyError("x"), 1, "cxlab: unexpected KeyError: 'x'; CXLAB_DEBUG=1 shows where it came from\n"),
    ],
)
def test_errors_are_words_and_an_exit_code(error, code, said, capsys, monkeypatch):
    monkeypatch.delenv("CXLAB_DEBUG", raising=False)

    def fails():
        raise error

    with pytest.raises(BaseException) as caught:  # noqa: PT011  typer's Exit has no better base
        in_words(fails)()
    assert caught.value.exit_code == code
    assert capsys.readouterr().err == said


def test_notes_of_an_error_are_said_too(capsys):
    def fails():
        error = errors.RunError("churn.ipynb failed")
        error.add_note("nothing was published")
        raise error

    with pytest.raises(BaseException):  # noqa: B017, PT011
        in_words(fails)()
    assert capsys.readouterr().err == "cxlab: churn.ipynb failed\n  nothing was published\n"


def test_bad_usage_ends_with_2(invoke):
    assert invoke("run").exit_code == 2
    assert invoke("run", "2026Q3..2026Q1").exit_code == 2
    assert invoke("synth", "--customers", "12").exit_code == 2
    assert invoke("nonsense").exit_code == 2
