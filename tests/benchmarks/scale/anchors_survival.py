"""More of the other side: survival by scikit-survival and statsmodels, from the same Parquet file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scale.anchors_theirs import spells
from scale.meter import Meter

Said = dict[str, Any]

DAYS = (90, 365, 730)


def survival_sksurv(job: Mapping[str, Any]) -> Said:
    """Kaplan-Meier of scikit-survival."""
    import numpy as np
    from sksurv.nonparametric import kaplan_meier_estimator

    meter = Meter()
    with meter.running():
        frame = spells(job)
        late = {"time_enter": frame["entry"].to_numpy()} if job["late"] else {}
        times, found = kaplan_meier_estimator(frame["lost"].to_numpy(), frame["last"].to_numpy(), **late)
    at = np.searchsorted(times, DAYS, side="right") - 1
    return {**meter.said(), "found": {f"S({day})": float(found[row]) for day, row in zip(DAYS, at, strict=True)}}


def survival_statsmodels(job: Mapping[str, Any]) -> Said:
    """Kaplan-Meier of statsmodels."""
    import numpy as np
    from statsmodels.duration.survfunc import SurvfuncRight

    meter = Meter()
    with meter.running():
        frame = spells(job)
        late = {"entry": frame["entry"].to_numpy()} if job["late"] else {}
        fit = SurvfuncRight(frame["last"].to_numpy(), frame["lost"].to_numpy(dtype=int), **late)
    at = np.searchsorted(fit.surv_times, DAYS, side="right") - 1
    found = {f"S({day})": float(fit.surv_prob[row]) for day, row in zip(DAYS, at, strict=True)}
    return {**meter.said(), "found": found}


def dummies(job: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """Spells in weeks with a dummy per level compared, against the study's references; the dummies' names."""
    import pandas as pd

    frame = spells(job, columns="".join(f", {name}" for name in job["compare"]), days=7)
    frame = frame.loc[frame["last"] > frame["entry"]]
    wide = pd.get_dummies(frame, columns=job["compare"], prefix_sep="=", dtype=float)
    base = [f"{name}={code}" for name, code in job["reference"].items() if name in job["compare"]]
    wide = wide.drop(columns=base)
    return wide, [name for name in wide if name not in ("last", "entry", "lost")]


def hazards_sksurv(job: Mapping[str, Any]) -> Said:
    """Cox of scikit-survival, by week, Efron; it knows no late entry."""
    from sksurv.linear_model import CoxPHSurvivalAnalysis
    from sksurv.util import Surv

    meter = Meter()
    with meter.running():
        frame, names = dummies(job)
        outcome = Surv.from_arrays(frame["lost"].to_numpy(), frame["last"].to_numpy())
        fit = CoxPHSurvivalAnalysis(ties="efron").fit(frame[names].to_numpy(), outcome)
    return {**meter.said(), "found": dict(zip(names, fit.coef_.tolist(), strict=True))}


def hazards_statsmodels(job: Mapping[str, Any]) -> Said:
    """Cox of statsmodels, by week, Efron."""
    from statsmodels.duration.hazard_regression import PHReg

    meter = Meter()
    with meter.running():
        frame, names = dummies(job)
        # it takes who enters in a week for at risk in it: half a week later is after it, as everywhere else
        late = {"entry": frame["entry"].to_numpy() + 0.5} if job["late"] else {}
        model = PHReg(
            frame["last"].to_numpy(), frame[names].to_numpy(), status=frame["lost"].to_numpy(dtype=int),
            ties="efron", **late,
        )  # fmt: skip
        fit = model.fit(disp=0)
    return {**meter.said(), "found": dict(zip(names, fit.params.tolist(), strict=True))}


JOBS = {
    "scikit-survival survival": survival_sksurv, "scikit-survival hazards": hazards_sksurv,
    "statsmodels survival": survival_statsmodels, "statsmodels hazards": hazards_statsmodels,
}  # fmt: skip
