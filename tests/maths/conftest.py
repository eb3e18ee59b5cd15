"""Rows to counts, the slow and obvious way; values published elsewhere."""

from __future__ import annotations

import tomllib
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxlab.maths.cox import cox_counts


@pytest.fixture(scope="session")
def published():
    path = Path(__file__).parents[1] / "reference" / "survival.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def from_r():
    """What R's survival says: values of a case by item, in the order they were printed."""
    rows = pd.read_csv(Path(__file__).parents[1] / "reference" / "cox.csv", comment="#")
    return {
        case: {item: part["value"].to_numpy() for item, part in mine.groupby("item")}
        for case, mine in rows.groupby("case")
    }


def _grid(time, lost, entry=None, group=None, weight=None, every=False):
    """Count at risk and lost at each time (rows) and group (columns)."""
    time, lost = np.asarray(time, dtype=float), np.asarray(lost).astype(bool)
    entry = np.full(len(time), -np.inf) if entry is None else np.asarray(entry, dtype=float)
    weight = np.ones(len(time)) if weight is None else np.asarray(weight, dtype=float)
    groups, place = np.unique(
        np.zeros(len(time)) if group is None else np.asarray(group), return_inverse=True, axis=0
    )
    times = np.unique(time if every else time[lost])
    n, d = np.zeros((len(times), len(groups))), np.zeros((len(times), len(groups)))
    for row, u in enumerate(times):
        np.add.at(n[row], place.ravel()[(entry < u) & (u <= time)], weight[(entry < u) & (u <= time)])
        np.add.at(d[row], place.ravel()[(time == u) & lost], weight[(time == u) & lost])
    return times, n, d, groups


@pytest.fixture(scope="session")
def grid():
    return _grid


@pytest.fixture(scope="session")
def cox_rows():
    def build(time, lost, x, **arguments):
        x = np.asarray(x, dtype=float).reshape(len(time), -1)
        times, n, d, patterns = _grid(time, lost, group=x, **arguments)
        return cox_counts(times, n, d, design=patterns)

    return build


@pytest.fixture(scope="session")
def lung():
    from lifelines.datasets import load_lung

    return load_lung()


@pytest.fixture(scope="session")
def rossi():
    from lifelines.datasets import load_rossi

    return load_rossi()


@pytest.fixture(scope="session")
def heart():
    """Stanford heart transplants: several rows a patient, late entry."""
    from lifelines.datasets import load_stanford_heart_transplants

    return load_stanford_heart_transplants()


@pytest.fixture(scope="session")
def leukaemia():
    """The 6-MP trial: 21 pairs of remission times in weeks."""
    mp = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    mp_lost = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    return pd.DataFrame({"time": mp + placebo, "lost": mp_lost + [1] * 21, "placebo": [0] * 21 + [1] * 21})


@pytest.fixture(scope="session")
def late():
    """Two hundred customers, tied whole times, late entry, two covariates."""
    rng = np.random.default_rng(11)
    x = np.column_stack([rng.integers(0, 2, 200), rng.integers(0, 3, 200)])
    entry = rng.integers(0, 6, 200) * (rng.random(200) < 0.5)
    life = 1 + rng.geometric(0.08 * np.exp(0.5 * x[:, 0] - 0.2 * x[:, 1]))
    time = np.minimum(entry + life, entry + 12)
    return pd.DataFrame(
        {"time": time, "lost": (life <= 12).astype(int), "entry": entry, "a": x[:, 0], "b": x[:, 1]}
    )


@pytest.fixture(scope="session")
def published_buying():
    """Published values of repeat buying and contractual lifetimes."""
    return tomllib.loads(
        (Path(__file__).parents[1] / "reference" / "repeat_buying.toml").read_text(encoding="utf-8")
    )


@pytest.fixture(scope="session")
def cdnow():
    """CDNOW as (x, t_x, T) and mean spend; read as a file, because importing the package that holds it warns."""
    place = find_spec("lifetimes").submodule_search_locations[0]
    return pd.read_csv(Path(place) / "datasets" / "cdnow_customers_summary_with_transactions.csv")
