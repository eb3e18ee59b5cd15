"""Run a quarter: Papermill executes the notebooks, this package sees to it that the result can be trusted.

`parameters` and `steps` say what may run, `plan` settles it before anything heavy is loaded, `engine` and `kernel`
execute one notebook within limits, `quarterly` does the whole quarter, and `publish` swaps it in. Where nothing
has changed, `unchanged` finds the answer that is there; a step whose notebook and data are the same is taken over
by `reuse`. `approve` publishes drafts and brings earlier reports back; `history` says what happened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cxlab.run.quick  # noqa: F401  (before anything imports nbformat)
from cxlab.quarter import Quarter
from cxlab.run.plan import Plan, RunResult, plan_run

if TYPE_CHECKING:
    from cxlab.run.engine import Limits, Watch

__all__ = ["Plan", "RunResult", "plan_run", "run_quarter"]


def run_quarter(
    plan: Plan,
    *,
    quarter: Quarter,
    dry_run: bool = False,
    limits: Limits | None = None,
    watch: Watch | None = None,
) -> RunResult:
    """Run a quarter of a study and, where the study says so, publish it; where nothing has changed, say so.

    Parameters
    ----------
    plan : Plan
        What `plan_run` settled: study, steps, parameters, languages.
    quarter : Quarter
        Which quarter.
    dry_run : bool
        Open the study and say what would run; write no report.
    limits : Limits, optional
        Seconds a cell, a notebook and the run may take; otherwise the study file's.
    watch : callable, optional
        Told of every cell done: step, cells done, cells in all.

    Raises
    ------
    CxlabError
        If a step failed or could not start; the published quarter is as it was before.
    """
    if not (dry_run or plan.fresh or plan.because):
        from cxlab.run.unchanged import unchanged

        there = unchanged(plan, quarter=quarter)
        if there is not None:
            return there
    from cxlab.run.quarterly import carry_out, rehearse  # heavy: only once the plan stands

    if dry_run:
        return rehearse(plan, quarter=quarter)
    return carry_out(plan, quarter=quarter, limits=limits, watch=watch)
