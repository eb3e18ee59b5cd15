"""The other side: what people use today, from the same Parquet file to the same answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scale.meter import Meter

Said = dict[str, Any]


def spells(job: Mapping[str, Any], *, columns: str = "", days: int = 1) -> Any:
    """Time under observation of every spell as a frame, in days or in weeks."""
    import duckdb

    from scale.scans import relation

    opens, close = job["opens"], job["closes"]
    engine = duckdb.connect(config={"threads": job["threads"]})
    return engine.execute(
        f"""WITH life AS (SELECT *, greatest({opens} - start_day, 0) AS entry,
            least(coalesce(exit_day, {close - 1}), {close - 1}) - start_day AS last,
            coalesce(exit_day < {close} AND cause <> 'transfer', false) AS lost FROM {relation(job["files"])})
        SELECT ceil(last / {days}) AS last, floor(entry / {days}) AS entry, lost{columns}
        FROM life WHERE last > entry"""
    ).df()


def survival(job: Mapping[str, Any]) -> Said:
    """Kaplan-Meier of lifelines."""
    from lifelines import KaplanMeierFitter

    meter = Meter()
    with meter.running():
        frame = spells(job)
        late = {"entry": frame["entry"]} if job["late"] else {}
        fit = KaplanMeierFitter().fit(frame["last"], frame["lost"], **late)
    days = (90, 365, 730)
    return {**meter.said(), "found": {f"S({day})": float(fit.predict(day)) for day in days}}


def hazards(job: Mapping[str, Any]) -> Said:
    """Cox of lifelines, by week, Efron."""
    import pandas as pd
    from lifelines import CoxPHFitter

    meter = Meter()
    with meter.running():
        frame = spells(job, columns="".join(f", {name}" for name in job["compare"]), days=7)
        frame = frame.loc[frame["last"] > frame["entry"]]
        dummies = pd.get_dummies(frame, columns=job["compare"], prefix_sep="=", dtype=float)
        base = [f"{name}={code}" for name, code in job["reference"].items() if name in job["compare"]]
        frame = dummies.drop(columns=[*base, *([] if job["late"] else ["entry"])])
        late = {"entry_col": "entry"} if job["late"] else {}
        fit = CoxPHFitter().fit(frame, duration_col="last", event_col="lost", **late)
    return {**meter.said(), "found": {str(name): float(value) for name, value in fit.params_.items()}}


def purchases(job: Mapping[str, Any]) -> Said:
    """BG/NBD of lifetimes."""
    import pandas as pd
    from lifetimes import BetaGeoFitter

    meter = Meter()
    with meter.running():
        rows = pd.read_parquet(job["file"])
        fit = BetaGeoFitter().fit(rows["x"], rows["t_x"], rows["total"])
    return {**meter.said(), "found": {name: float(fit.params_[name]) for name in ("r", "alpha", "a", "b")}}


def rows_of(job: Mapping[str, Any]) -> Any:
    """Rows with an answer a quarter before, of customers with two such rows, as a frame."""
    import duckdb

    from scale.scans import relation

    files = job["file"] if isinstance(job["file"], list) else [job["file"]]
    engine = duckdb.connect(config={"threads": job["threads"]})
    return engine.execute(
        f"""WITH lagged AS (SELECT customer_id, coalesce(nullif(account_id, ''), customer_id) AS account,
            quarter_number AS quarter, revenue_amount::DOUBLE AS revenue,
            lag(grp) OVER own AS before, lag(quarter_number) OVER own AS earlier FROM {relation(files)}
            WINDOW own AS (PARTITION BY customer_id ORDER BY quarter_number)),
        used AS (SELECT *, count(*) OVER (PARTITION BY customer_id) AS times FROM lagged
            WHERE earlier = quarter - 1 AND before IN ('promoter', 'passive', 'detractor'))
        SELECT dense_rank() OVER (ORDER BY customer_id)::INTEGER AS customer,
            dense_rank() OVER (ORDER BY account)::INTEGER AS account, quarter::INTEGER AS quarter, revenue,
            (before = 'promoter')::DOUBLE AS promoter, (before = 'detractor')::DOUBLE AS detractor
        FROM used WHERE times > 1"""
    ).df()


def within(job: Mapping[str, Any]) -> Said:
    """Fixed effects of customers and quarters in pyfixest, errors by account."""
    import pyfixest

    meter = Meter()
    with meter.running():
        frame = rows_of(job)
        read = Meter()
        with read.running():
            fit = pyfixest.feols(
                "revenue ~ promoter + detractor | customer + quarter", frame, vcov={"CRV1": "account"},
                copy_data=False, store_data=False, lean=True,
            )  # fmt: skip
    found = {str(name): float(value) for name, value in fit.coef().items()}
    errors = {f"error {name}": float(value) for name, value in fit.se().items()}
    return {**meter.said(), "fit alone": read.said(), "rows": len(frame), "found": found | errors}


def pooled(job: Mapping[str, Any]) -> Said:
    """Least squares of statsmodels with dummies of quarters, errors by account."""
    import pandas as pd
    import statsmodels.api as sm

    meter = Meter()
    with meter.running():
        frame = rows_of(job)
        quarters = pd.get_dummies(frame["quarter"], dtype=float)
        design = pd.concat([frame[["promoter", "detractor"]], quarters], axis=1)
        model = sm.OLS(frame["revenue"].to_numpy(), design.to_numpy())
        fit = model.fit(cov_type="cluster", cov_kwds={"groups": frame["account"].to_numpy()})
    found = {name: float(value) for name, value in zip(("promoter", "detractor"), fit.params, strict=False)}
    errors = {f"error {name}": float(value) for name, value in zip(found, fit.bse, strict=False)}
    return {**meter.said(), "rows": len(frame), "found": found | errors}


JOBS = {
    "their survival": survival, "their hazards": hazards, "their purchases": purchases, "their within": within,
    "their pooled": pooled,
}  # fmt: skip
