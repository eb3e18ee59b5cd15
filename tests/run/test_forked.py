"""Kernels forked from a nursery: the same answers, an environment of their own, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from cxlab.run.engine import Limits, execute
from cxlab.run.forked import Nursery, nursery
from cxlab.run.kernel import fixed
from cxlab.run.steps import discover

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")


@pytest.fixture
def home(tmp_path):
    """A nursery whose processes carry the name of the test's folder."""
    with nursery(["churn"], environment={**fixed(), "CXLAB_STUDY": str(tmp_path)}) as home:
        assert home is not None
        assert home.ready
        yield home


@pytest.fixture
def printed(tmp_path, write_notebook):
    """Execute a notebook of one cell and return what it printed."""

    def run(cell, *, home, **environment):
        write_notebook("churn", cell)
        (step,) = discover(tmp_path / "notebooks")
        run_folder = tmp_path / "run"
        (run_folder / "findings").mkdir(parents=True, exist_ok=True)
        told = {"CXLAB_RUN": str(run_folder), "CXLAB_STEP": "churn", "CXLAB_STUDY": str(tmp_path), **environment}
        done = execute(
            step, values={}, environment=told, folder=tmp_path, to=tmp_path / "done.ipynb",
            limits=Limits(cell=60, notebook=120), home=home,
        )  # fmt: skip
        return "".join(
            output.text
            for cell in done.cells
            for output in cell.get("outputs", [])
            if output.get("name") == "stdout"
        )

    return run


FACTS = """
import os, sys
print(os.getcwd(), os.environ["CXLAB_TEST"], os.environ["PYTHONHASHSEED"], hash("a"), sys.executable)
import numpy, matplotlib
print(numpy.arange(3).sum(), matplotlib.get_backend())
"""


def test_a_forked_kernel_answers_like_a_started_one(home, printed):
    assert printed(FACTS, home=home, CXLAB_TEST="x") == printed(FACTS, home=None, CXLAB_TEST="x")


def test_its_libraries_are_there_already(home, printed):
    loaded = "import sys; print('cxlab.report' in sys.modules, 'cxlab.churn' in sys.modules)"
    assert printed(loaded, home=home) == "True True\n"
    assert printed(loaded, home=None) == "False False\n"


def test_two_forks_share_no_state(home, printed):
    draw = "import numpy, sys; print(numpy.random.random()); sys.modules['cxlab'].seen = True"
    assert printed(draw, home=home) != printed(draw, home=home)
    assert printed("import cxlab; print(hasattr(cxlab, 'seen'))", home=home) == "False\n"


def test_nothing_is_left_when_the_run_is_over(tmp_path, left_behind):
    with nursery([], environment={"CXLAB_STUDY": str(tmp_path)}) as home:
        assert home.ready
        fork = home.fork(["-f", str(tmp_path / "k.json")], environment=dict(os.environ), folder=str(tmp_path))
        assert fork.poll() is None
        assert len(left_behind(tmp_path, within=0)) == 2
    assert left_behind(tmp_path) == []
    assert fork.wait(timeout=5) == -signal.SIGKILL


def test_how_a_fork_ended_is_told(home, tmp_path):
    fork = home.fork(["-f", str(tmp_path / "k.json")], environment=dict(os.environ), folder=str(tmp_path))
    with pytest.raises(subprocess.TimeoutExpired):
        fork.wait(timeout=0.01)
    os.killpg(fork.pid, signal.SIGTERM)
    assert fork.wait(timeout=10) == -signal.SIGTERM
    assert fork.poll() == -signal.SIGTERM


def test_a_run_killed_with_its_nursery_alive_leaves_no_process(tmp_path, left_behind):
    code = (
        "import os, sys, time\n"
        "from cxlab.run.forked import nursery\n"
        "with nursery([], environment={'CXLAB_STUDY': sys.argv[1]}) as home:\n"
        "    home.ready\n"
        "    fork = home.fork(['-f', sys.argv[1] + '/k.json'], environment=dict(os.environ), folder=sys.argv[1])\n"
        "    print('up', flush=True)\n"
        "    time.sleep(120)\n"
    )
    run = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert run.stdout.readline() == b"up\n"
    run.kill()
    run.wait()
    run.stdout.close()
    assert left_behind(tmp_path) == []


def test_a_dead_nursery_lets_kernels_start_as_usual(tmp_path, printed):
    with nursery([], environment={"CXLAB_STUDY": str(tmp_path)}) as home:
        assert home.ready
        os.kill(home._process.pid, signal.SIGKILL)
        while home._process.poll() is None:
            time.sleep(0.01)
        assert printed("print(6 * 7)", home=home) == "42\n"


def test_a_nursery_that_never_comes_up_is_not_used():
    import socket

    ours, theirs = socket.socketpair()
    theirs.close()
    home = Nursery(subprocess.Popen(["true"]), ours)
    assert home.ready is False
    home.close()


def test_it_can_be_switched_off(monkeypatch):
    monkeypatch.setenv("CXLAB_FORK", "0")
    with nursery(["churn"], environment={}) as home:
        assert home is None


def test_a_run_that_ends_before_its_kernels_are_needed_hears_nothing_of_it(capfd):
    with nursery([], environment={}) as home:
        assert home is not None
    assert home._process.returncode in (0, -signal.SIGKILL)  # one still at its imports after 5 s is not waited for
    assert capfd.readouterr().err == ""
