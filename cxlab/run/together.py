"""Several steps at once: each waits for those whose findings it reads; when one fails, the others are ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from graphlib import TopologicalSorter
from typing import TypeVar

from cxlab.run.kernel import end_kernels
from cxlab.run.steps import LEADERS_PAGE, Step

Done = TypeVar("Done")

_LOOK_AGAIN_SECONDS = 0.1


def carry_out_together(steps: Sequence[Step], do: Callable[[Step], Done], *, jobs: int) -> dict[str, Done]:
    """Do every step, at most ``jobs`` at a time, and return what came of each, in the order of ``steps``.

    Parameters
    ----------
    steps : sequence of Step
        Those that run. What a step comes after but does not run is taken as settled.
    do : callable
        Does one step; called in a thread of its own.
    jobs : int
        At least 1.

    Raises
    ------
    Exception
        The first failure; by then every kernel has ended.
    """
    by_name = {step.name: step for step in steps}
    waiting = TopologicalSorter({step.name: waited_for(step, steps) for step in steps})
    waiting.prepare()
    running: dict[Future[Done], str] = {}
    ready: list[str] = []
    done: dict[str, Done] = {}
    with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="step") as threads:
        try:
            while waiting.is_active():
                ready = sorted([*ready, *waiting.get_ready()], key=list(by_name).index)
                while ready and len(running) < jobs:
                    name = ready.pop(0)
                    running[threads.submit(do, by_name[name])] = name
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for each in finished:
                    name = running.pop(each)
                    done[name] = each.result()
                    waiting.done(name)
        except BaseException:
            _end(running)
            raise
    return {step.name: done[step.name] for step in steps}


def waited_for(step: Step, steps: Sequence[Step]) -> list[str]:
    """Return what a step waits for among the steps that run; the leader's page waits for all the others."""
    return [
        other.name
        for other in steps
        if other.name != step.name and (other.name in step.after or step.name == LEADERS_PAGE)
    ]


def _end(running: dict[Future[Done], str]) -> None:
    """End what still runs; a kernel that is only starting ends too."""
    left = set(running)
    while left:
        end_kernels()
        _, left = wait(left, timeout=_LOOK_AGAIN_SECONDS)
