from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from cxlab.quarter import DAYS_PER_MONTH
from cxlab.synth import Truth, make_company
from cxlab.synth.days import CLOSE, OPEN


@dataclass(frozen=True)
class Made:
    """A made company on disk: its folder, its truth, and SQL over its tables."""

    folder: Path
    truth: Truth
    engine: duckdb.DuckDBPyConnection

    def ask(self, sql: str) -> pd.DataFrame:
        return self.engine.sql(sql).df()

    def one(self, sql: str) -> float:
        row = self.engine.sql(sql).fetchone()
        assert row is not None
        return row[0]

    def spells(self) -> pd.DataFrame:
        spells = self.ask("select * from truth_spells order by customer_id, spell")
        return spells.fillna({"offer": "", "reason": ""})


def make(folder: Path, **how: object) -> Made:
    truth = make_company(folder, **how)  # type: ignore[arg-type]
    engine = duckdb.connect()
    engine.execute("set threads = 2")
    for file in sorted(folder.glob("*.parquet")):
        engine.execute(f"create view {file.stem} as select * from '{file}'")
    return Made(folder, truth, engine)


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    made = make(tmp_path_factory.mktemp("company"), customers=20_000, seed=7)
    yield made
    made.engine.close()


@pytest.fixture(scope="session")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    made = make(tmp_path_factory.mktemp("calm"), customers=60_000, seed=11, calm=True)
    yield made
    made.engine.close()


@pytest.fixture(scope="session")
def reverse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    made = make(tmp_path_factory.mktemp("reverse"), customers=20_000, seed=5, calm=True, reverse=True)
    yield made
    made.engine.close()


BANDS = np.array([0, 1, 3, 6, 12, 24, 1_000]) * DAYS_PER_MONTH
TRAITS = {"plan": "en90", "region": "rrd", "acq_source": "shop", "offer": "", "segment": "a"}
EPOCH = pd.Timestamp("1970-01-01")


def _day_numbers(dates: pd.Series) -> pd.Series:
    return (dates - EPOCH).dt.days


def _tenure(spells: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Entry and exit in days of tenure, and whether the customer left (a change of owner is no leaving)."""
    start = _day_numbers(spells["start"]).to_numpy()
    end = _day_numbers(spells["exit"]).fillna(CLOSE).to_numpy()
    left = spells["exit"].notna() & (spells["reason"] != "owner_change")
    return np.maximum(OPEN - start, 0), end - start, left.to_numpy()


def _hazard_model(spells: pd.DataFrame) -> pd.DataFrame:
    """Poisson regression of exits on tenure band and traits, exposure in months: estimate (log) and se by term."""
    entry, exit_, left = _tenure(spells)
    long = []
    for band, (low, high) in enumerate(pairwise(BANDS)):
        days = np.clip(np.minimum(exit_, high) - np.maximum(entry, low), 0, None)
        frame = spells[list(TRAITS)].assign(
            band=band, months=days / DAYS_PER_MONTH, lost=left & (exit_ > low) & (exit_ <= high)
        )
        long.append(frame[days > 0])
    cells = pd.concat(long).groupby(["band", *TRAITS], as_index=False)[["months", "lost"]].sum()
    terms = {("band", band): (cells["band"] == band) for band in range(len(BANDS) - 1)}
    for trait, reference in TRAITS.items():
        for code in sorted(set(cells[trait]) - {reference}):
            terms[trait, code] = cells[trait] == code
    x = np.column_stack([term.to_numpy(float) for term in terms.values()])
    lost, months = cells["lost"].to_numpy(float), cells["months"].to_numpy()
    beta = np.where(np.arange(x.shape[1]) < len(BANDS) - 1, np.log(lost.sum() / months.sum()), 0.0)
    for _ in range(25):
        expected = months * np.exp(x @ beta)
        information = x.T @ (x * expected[:, None])
        beta = beta + np.linalg.solve(information, x.T @ (lost - expected))
    index = pd.MultiIndex.from_tuples(list(terms), names=["term", "code"])
    return pd.DataFrame({"log": beta, "se": np.sqrt(np.diag(np.linalg.inv(information)))}, index=index)


def _rate_ratio(cells: pd.DataFrame) -> tuple[float, float]:
    """Mantel and Haenszel's rate ratio over strata and its standard error on the log scale.

    ``cells`` has one row per stratum: lost_1, days_1 (the group), lost_0, days_0 (the others).
    """
    whole = cells["days_1"] + cells["days_0"]
    r = (cells["lost_1"] * cells["days_0"] / whole).sum()
    s = (cells["lost_0"] * cells["days_1"] / whole).sum()
    v = ((cells["lost_1"] + cells["lost_0"]) * cells["days_1"] * cells["days_0"] / whole**2).sum()
    return float(np.log(r / s)), float(np.sqrt(v / (r * s)))


@pytest.fixture(scope="session")
def hazard_model() -> Callable[[pd.DataFrame], pd.DataFrame]:
    return _hazard_model


@pytest.fixture(scope="session")
def rate_ratio() -> Callable[[pd.DataFrame], tuple[float, float]]:
    return _rate_ratio
