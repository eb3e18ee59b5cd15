"""Estimate, Withheld, Check, Finding: what a question answers with.

A finding holds numbers and message ids, never prose; `cxlab.wording` turns it into a language.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, get_args

import numpy as np
import pandas as pd

from cxlab.quarter import Quarter

Kind = Literal["confidence", "prediction"]
Unit = Literal[
    "share", "share_points", "points", "score", "count", "amount", "ratio", "months", "days", "probability",
    "agreement",
]  # fmt: skip
Shape = Literal["number", "curve", "forest", "bars", "trend", "flow", "grid", "scatter", "density"]
Verdict = Literal["real_change", "no_material_change", "cannot_tell"]

MADE_AFTERWARDS = "made_afterwards"
"""Name of the check that marks a forecast made when the quarter it speaks of was already over."""

TABLE_TAIL = ("estimate", "low", "high", "n")
"""The last columns of every finding's table, in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its interval.

    Parameters
    ----------
    value : float
        The point estimate, in ``unit``. Shares are 0 to 1; share_points are differences of shares (0.01 = one
        percentage point); points are NPS points; a score is a mean on the scale of the question; amounts are minor
        units of the study currency.
    low, high : float or None
        Ends of the interval; at most one may be None (open).
    unit : Unit
        What the number counts.
    n : int, optional
        How many customers, answers or texts stand behind it.
    kind : {"confidence", "prediction"}
        Confidence: a number that exists now, or an expectation. Prediction: what will be counted later.
    level : float
        Coverage the interval promises, 0 to 1.
    """

    value: float
    low: float | None
    high: float | None
    unit: Unit
    n: int | None = None
    kind: Kind = "confidence"
    level: float = 0.95

    def __post_init__(self) -> None:
        if self.unit not in get_args(Unit) or self.kind not in get_args(Kind) or not 0 < self.level < 1:
            raise ValueError(f"unknown unit {self.unit!r}, kind {self.kind!r} or level {self.level!r}")
        ends = [end for end in (self.low, self.high) if end is not None]
        if not math.isfinite(self.value) or not ends or not all(math.isfinite(end) for end in ends):
            raise ValueError(
                "an estimate needs a finite value and at least one finite end; "
                f"got {self.value}, {self.low}, {self.high}: say Withheld(reason) instead"
            )
        if (self.low is not None and self.low > self.value) or (self.high is not None and self.high < self.value):
            raise ValueError(f"an interval holds its value: {self.low} <= {self.value} <= {self.high} is not so")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A code of the data that study.toml names in each language: ``Label(of="plan", code="en90")``."""

    of: str
    code: str


Value = str | int | float | date | Quarter | Label | Estimate | tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence before it has a language: an id of the catalogue and the values it speaks of."""

    id: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Withheld:
    """A number that is not given, and why: first-class content of a page."""

    reason: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check of a finding; ``passed`` is None where it could not be done."""

    name: str
    passed: bool | None
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Finding:
    """One claim.

    Parameters
    ----------
    name : str
        ``question.estimand``, such as ``"churn.retention"``.
    about : Quarter
        The quarter it speaks of; later than the study's quarter = a forecast.
    definition : str
        Hash of rule and parameters (`definition`), so that like is compared with like.
    headline : Estimate or Withheld
        The one number.
    message : Message
        The sentence.
    table : DataFrame
        Tidy; the last columns are ``estimate, low, high, n``; code columns are named like their labels
        (``plan``, ``region``). A missing interval end is NaN, a hidden row is left out.
    shape : Shape
        How it is drawn.
    method : Message
        How it was done, in words.
    checks : tuple of Check
        What was tested, failed ones included.
    replicates : (B,) array, optional
        Leave-one-bucket-out values of the headline.
    """

    name: str
    about: Quarter
    definition: str
    headline: Estimate | Withheld
    message: Message
    table: pd.DataFrame
    shape: Shape
    method: Message
    checks: tuple[Check, ...] = ()
    replicates: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.shape not in get_args(Shape):
            raise ValueError(f"shape must be one of {', '.join(get_args(Shape))}; got {self.shape!r}")
        if self.name.count(".") < 1:
            raise ValueError(f"a finding is named question.estimand; got {self.name!r}")
        if tuple(self.table.columns[-4:]) != TABLE_TAIL:
            raise ValueError(
                f"the last columns of a finding's table are {', '.join(TABLE_TAIL)}; "
                f"{self.name} has {', '.join(map(str, self.table.columns))}"
            )

    @property
    def question(self) -> str:
        """The question it answers: the first part of its name."""
        return self.name.partition(".")[0]

    def saying(self, message: Message) -> Finding:
        """Return the same finding with another sentence."""
        return replace(self, message=message)


def definition(rule: str, **parameters: object) -> str:
    """Hash a rule and its parameters to 12 hex digits; equal definitions may be compared over time.

    >>> definition("retention", horizon_months=12) == definition("retention", horizon_months=12)
    True
    >>> definition("retention", horizon_months=12) == definition("retention", horizon_months=24)
    False
    """
    text = json.dumps([rule, parameters], sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
