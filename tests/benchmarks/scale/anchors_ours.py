"""Our side of the comparisons with other libraries: from a Parquet file to the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from scale.meter import Meter

Said = dict[str, Any]
LONG_AGO = date(1950, 1, 1)
"""Opens a window so early that nobody enters late."""


def opened(job: Mapping[str, Any]) -> Any:
    """Return a study whose tables lie where a job says."""
    from scale.opened import Opened

    return Opened(job["study"], quarter=job["quarter"])


def window_of(study: Any, job: Mapping[str, Any]) -> Any:
    return study.window if job["late"] else replace(study.window, open=LONG_AGO)


def survival(job: Mapping[str, Any]) -> Said:
    """Kaplan-Meier by day."""
    import numpy as np

    from cxlab.evidence import risk_table
    from cxlab.maths.survival import kaplan_meier

    study, meter = opened(job), Meter()
    lives, window = study.lives, window_of(study, job)
    with meter.running():
        risk = risk_table(lives, window=window)
        curve = kaplan_meier(risk["tenure"], risk["at_risk"], risk["lost"])
    days = (90, 365, 730)
    return {**meter.said(), "found": {f"S({day})": float(np.asarray(curve.at(day))) for day in days}}


def hazards(job: Mapping[str, Any]) -> Said:
    """Cox by week, Efron, of what the study compares."""
    from cxlab.churn.patterns import comparison, counts_of
    from cxlab.evidence import risk_table
    from cxlab.maths.cox import cox

    study, meter = opened(job), Meter()
    lives, window, rules = study.lives, window_of(study, job), study.config.rules
    with meter.running():
        risk = risk_table(lives, by=rules.compare, window=window, period="week")
        compared = comparison(risk, of=rules.compare, reference=rules.reference, minimum=10)
        counts, _ = counts_of(compared, strata=())
        fit = cox(counts)
    named = zip(compared.columns, fit.coefficients.tolist(), fit.errors.tolist(), strict=True)
    found = {f"{label.of}={label.code}": value for label, value, _ in named}
    return {**meter.said(), "found": found}


def purchases(job: Mapping[str, Any]) -> Said:
    """BG/NBD from one row per customer."""
    import ibis
    import pandas  # noqa: F401  (on the other side it is imported before the work is measured, too)

    from cxlab.maths.buying import bg_nbd, buying

    engine, meter = ibis.duckdb.connect(threads=job["threads"]), Meter()
    rows = engine.read_parquet(job["file"])
    with meter.running():
        counts = rows.group_by(["x", "t_x", "total"]).agg(customers=rows.count()).to_pandas()
        fit = bg_nbd(buying(counts["x"], counts["t_x"], counts["total"], counts["customers"]))
    return {**meter.said(), "found": {name: float(getattr(fit, name)) for name in ("r", "alpha", "a", "b")}}


def panel(job: Mapping[str, Any]) -> Said:
    """Everything the revenue page asks of the panel: four regressions, one of them within three bands."""
    import ibis

    from cxlab.evidence import panel_sums
    from cxlab.maths.panel import panel_fit
    from cxlab.quarter import Quarter

    engine, meter = ibis.duckdb.connect(threads=job["threads"], memory_limit="3GB"), Meter()
    rows = engine.read_parquet(job["file"], hive_partitioning=False)
    quarters = list(Quarter.parse(job["first"]).until(Quarter.parse(job["last"])))
    with meter.running():
        evidence = panel_sums(rows, quarters=quarters)
        fit = panel_fit(getattr(evidence, job["fit"]))
    names = fit.sums.scores
    found = dict(zip(names, fit.coefficients[:, 0].tolist(), strict=True))
    errors = {f"error {name}": float(error) for name, error in zip(names, fit.errors[:, 0], strict=True)}
    return {**meter.said(), "rows": fit.sums.rows, "found": found | errors}


JOBS = {"our survival": survival, "our hazards": hazards, "our purchases": purchases, "our panel": panel}
