"""The survival toolkit with as few keys as it can do with, and what each further one costs.

One table of counts by tenure, pattern and cause answers everything asked here: Kaplan-Meier, Aalen-Johansen, Cox
of all leavers and of each cause, and the chance to stay 24 months more at every tenure.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from scale.meter import Meter
from scale.processes import forked
from scale.results import Line, add, batch
from scale.scans import key

COLUMNS = ("start_day", "exit_day", "cause")
"""What is read of ``lives``, besides the covariates."""

KEYS: Mapping[str, Mapping[str, bool]] = {
    "no further key": {},
    "calendar quarters": {"quarter": True},
    "buckets": {"bucket": True},
}


def counted(job: Mapping[str, Any]) -> Line:
    """Count customers at risk and lost; fit where there is no further key, since fits only see their sum."""
    import cxlab.churn  # noqa: F401  (imported before the work is measured)
    from cxlab.evidence import risk_table
    from scale.opened import Opened

    study = Opened(job["study"], quarter=job["quarter"])
    by, meter, lives = list(study.config.rules.compare), Meter(), study.lives
    further = KEYS[job["keys"]]
    causes, period = ("one", "week") if further else ("cause", "day")
    with meter.running():
        risk = risk_table(lives, by=by, window=study.window, causes=causes, period=period, **further)
        if not further:
            _answered(risk, by=by, reference=study.config.rules.reference)
    return {**meter.said(), "rows": len(risk)}


def _answered(risk: Any, *, by: list[str], reference: Mapping[str, str]) -> None:
    from cxlab.churn.layout import as_codes, lost_columns, risk_grid
    from cxlab.churn.patterns import comparison, counts_of
    from cxlab.maths.competing import aalen_johansen
    from cxlab.maths.cox import cox
    from cxlab.maths.survival import conditional, kaplan_meier

    risk, causes = as_codes(risk, by), lost_columns(risk)
    grid = risk_grid(risk)
    times, at_risk = np.arange(1, grid.at_risk.shape[1] + 1), grid.at_risk[0]
    curve = kaplan_meier(times, at_risk, grid.lost[0])
    conditional(curve, times, 730)
    apart = [risk_grid(risk.drop(columns=[other for other in causes if other != name])) for name in causes]
    aalen_johansen(times, at_risk, np.column_stack([each.lost[0] for each in apart]))
    for chosen in (causes, causes[:1], causes[-1:]):
        rows = risk.drop(columns=[name for name in causes if name not in chosen])
        compared = comparison(rows, of=by, reference=reference, minimum=10)
        counts, _ = counts_of(compared, strata=())
        cox(counts, start=np.zeros(len(compared.columns)))


def measure(study: Path, *, quarter: str, customers: int, threads: int, repeats: int) -> None:
    """Measure and write ``results/survival.jsonl``: each in turn, and the bare scan of the same columns."""
    from cxlab.tables.config import find_config, read_config

    about = batch(customers=customers, threads=threads)
    columns = {"lives": sorted({*COLUMNS, *read_config(find_config(study)).rules.compare})}
    where = {"study": str(study), "quarter": quarter}
    for _ in range(repeats):
        _one("scan", {"job": "scan", "read": columns, **where}, name=key(columns), about=about)
        for keys in KEYS:
            _one("survival", {"job": "survival", "keys": keys, **where}, name=keys, about=about)


def _one(what: str, job: dict[str, Any], *, name: str, about: Line) -> None:
    said = forked(job)
    add("survival", {"what": what, "name": name, **about, **said})
    print(f"{said['cpu']:8.2f} s  {said['peak']:6.2f} GB  {what:8}  {name}", flush=True)


JOBS = {"survival": counted}
