"""Steps at once: who waits for whom, and what happens to the others when one fails."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlab.errors import RunError
from cxlab.run.steps import Step
from cxlab.run.together import carry_out_together


def step(name, *after):
    return Step(name=name, path=Path(f"{name}.ipynb"), title={}, tables=(), after=after, parameters=())


STEPS = [step("churn"), step("nps"), step("revenue", "nps"), step("voc"), step("overview")]


@given(jobs=st.integers(1, 6))
def test_every_step_runs_once_after_those_it_reads(jobs):
    begun, ended, lock = [], [], threading.Lock()

    def do(one):
        with lock:
            begun.append(one.name)
            waited_for = {name for name in ("nps",) if one.name == "revenue"}
            if one.name == "overview":
                waited_for = {"churn", "nps", "revenue", "voc"}
            assert waited_for <= set(ended)
        with lock:
            ended.append(one.name)
        return one.name.upper()

    done = carry_out_together(STEPS, do, jobs=jobs)
    assert list(done.items()) == [(one.name, one.name.upper()) for one in STEPS]
    assert sorted(begun) == sorted(one.name for one in STEPS)


def test_two_jobs_run_at_the_same_time():
    both = threading.Barrier(2, timeout=20)
    carry_out_together([step("churn"), step("nps")], lambda _: both.wait(), jobs=2)


def test_one_job_runs_one_after_the_other():
    now = threading.Semaphore(1)

    def do(_):
        assert now.acquire(blocking=False), "two at once"
        time.sleep(0.01)
        now.release()

    carry_out_together(STEPS, do, jobs=1)


def test_a_step_whose_forerunner_is_off_still_runs():
    assert carry_out_together([step("revenue", "nps")], lambda one: one.name, jobs=2) == {"revenue": "revenue"}


def test_what_has_not_begun_when_one_fails_never_begins():
    begun = []

    def do(one):
        begun.append(one.name)
        raise RunError("no")

    with pytest.raises(RunError, match=r"^no$"):
        carry_out_together(STEPS, do, jobs=1)
    assert begun == ["churn"]
