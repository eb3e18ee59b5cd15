"""Answers to a company made up for the purpose: the whole way from files to findings, the truth beside it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cxlab import churn
from cxlab.evidence import movements, risk_table
from cxlab.maths.intervals import multiplier
from cxlab.run.selftest.asked import Got
from cxlab.synth import make_company
from cxlab.tables import open_study

if TYPE_CHECKING:
    from cxlab.synth.truth import QuarterTruth
    from cxlab.tables.study import Study

SIZE, SEED = 5_000, 7
QUARTER = "2026Q3"
TEAM_AS_OF = "2026-12-31"
"""The self-test asks the same thing whatever the day it is run on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The company: its study opened, and what its maker counted, by quarter."""

    study: Study
    counted: dict[str, QuarterTruth]


@contextmanager
def company() -> Iterator[Made]:
    """Make a company in a folder of its own, open its study, and take both away afterwards."""
    with tempfile.TemporaryDirectory(prefix="cxlab-selftest-") as folder:
        truth = make_company(Path(folder) / "sample", customers=SIZE, seed=SEED)
        file = Path(folder) / "study.toml"
        with (files(__package__) / "study.toml").open("rb") as ours, file.open("wb") as theirs:
            shutil.copyfileobj(ours, theirs)
        study = open_study(QUARTER, config=file, team_as_of=TEAM_AS_OF)
        yield Made(study=study, counted={quarter.quarter: quarter for quarter in truth.quarters})


def left(made: Made) -> dict[str, Got]:
    """Count who left, quarter by quarter."""
    return _counted(made, of=("lost_voluntary", "lost_involuntary"), true=lambda quarter: quarter.left)


def joined(made: Made) -> dict[str, Got]:
    """Count who joined, quarter by quarter."""
    return _counted(made, of=("joined",), true=lambda quarter: quarter.joined)


def ratios(made: Made) -> dict[str, Got]:
    """Ask for the hazard ratios of every plan, region, source and offer at once."""
    study = made.study
    of, reference = study.config.rules.compare, study.config.rules.reference
    risk = risk_table(study.lives, by=of, window=study.window, period="month", bucket=True)
    found = churn.hazard_ratios(risk, of=of, quarter=study.quarter, reference=reference).table
    return {str(row["code"]): _got(row, log=True) for row in found.to_dict("records")}


ANSWERS = {"company_left": left, "company_joined": joined, "company_ratios": ratios}
"""By question of ``known.toml``."""


def _counted(made: Made, *, of: tuple[str, ...], true: Callable[[QuarterTruth], int]) -> dict[str, Got]:
    study = made.study
    moves = movements(study.lives, quarters=study.quarters)
    found = moves[list(of)].sum(axis=1).groupby(moves["quarter"].astype(str)).sum()
    return {
        quarter: Got(value=float(found.get(quarter, np.nan)), expected=float(true(truth)))
        for quarter, truth in made.counted.items()
    }


def _got(row: Any, *, log: bool = False) -> Got:  # noqa: ANN401
    """Read an estimate and its error off its 95% interval."""
    low, high = (np.log(row[end]) if log else row[end] for end in ("low", "high"))
    return Got(value=float(row["estimate"]), error=float((high - low) / 2 / multiplier(0.95)), log=log)
