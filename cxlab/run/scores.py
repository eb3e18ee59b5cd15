"""Scores of every active customer as a file, while nobody is being erased."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cxlab.churn.money import horizon_of
from cxlab.churn.scores import scores
from cxlab.errors import DataError, RunError
from cxlab.evidence.looked_up import looked_up
from cxlab.evidence.risk import risk_table
from cxlab.evidence.stock import stock_table
from cxlab.run.erase import held
from cxlab.tables import open_study
from cxlab.tables.config import find_config, read_config
from cxlab.tables.exports import EXPORTS
from cxlab.tables.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What was written; nothing of a person.

    Parameters
    ----------
    quarter : str
        The quarter the scores are as of.
    file : str
        Where they are.
    customers : int
        Rows: customers active at the close.
    horizon_days : int
        Days of the chance of leaving: those of the next quarter.
    at_risk_amount : float
        Sum of the column of that name: the headline of ``churn.at_risk``.
    without_source_id : int
        Customers whom no id of the sources leads back to; 0 where none were asked for.
    """

    quarter: str
    file: str
    customers: int
    horizon_days: int
    at_risk_amount: float
    without_source_id: int


def write_scores(quarter: str, *, config: Path | str | None = None, source_ids: bool = False) -> Scored:
    """Write ``exports/scores-<quarter>.parquet``, with source ids ``exports/scores-<quarter>-source-ids.parquet``.

    Columns: [``source_id``,] ``customer_id, account_id, spell, plan, tenure_days, revenue_amount, margin_amount``
    (a quarter, minor units), ``leaving_share`` (chance of leaving next quarter), ``remaining_months`` (expected,
    of the next 24), ``at_risk_amount`` (the chance times what the page counts, revenue or margin).

    Raises
    ------
    UsageError, DataError
        As for opening a study; if nobody is active, or nobody was ever seen at risk.
    LockedError
        If a quarter is being run, or people are being erased.
    """
    file = find_config(config).resolve()
    with held((file.parent / read_config(file).reports).resolve(), why="scores"):
        return _written(open_study(quarter, config=file), source_ids=source_ids)


def _written(study: Study, *, source_ids: bool) -> Scored:
    lives, window, horizon = study.lives, study.window, horizon_of(study.quarter)
    risk, stock = (make(lives, by=["plan"], window=window) for make in (risk_table, stock_table))
    if stock.empty or risk.empty:
        needed = "needed: customers active at the close and followed before it"
        raise DataError(f"{study.quarter} has nobody to score", [needed])
    table = scores(risk, stock, by="plan", horizon=horizon, minimum=study.config.minimum_n)
    rows = looked_up(lives, table, by="plan", window=window)
    rows = rows.mutate(at_risk_amount=rows[f"{study.config.amount}_amount"] * rows["leaving_share"])
    customers, active = int(rows.count().to_pyarrow().as_py()), int(stock["customers"].sum())
    if customers != active:
        raise RunError(f"{active:,} customers are active and {customers:,} would be scored; nothing was written")
    name = f"scores-{study.quarter}{'-source-ids' if source_ids else ''}.parquet"
    made = study.export(rows, file=name, sort=("customer_id", "spell"), source_ids=source_ids)
    unknown = made["source_id"].isnull().sum().to_pyarrow().as_py() if source_ids else 0
    return Scored(
        quarter=str(study.quarter), file=str(study.folder / EXPORTS / name), customers=customers,
        horizon_days=horizon, at_risk_amount=float(made["at_risk_amount"].sum().to_pyarrow().as_py()),
        without_source_id=int(unknown),
    )  # fmt: skip
