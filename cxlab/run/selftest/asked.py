"""What is asked and what is answered: known answers from ``known.toml``, and how near an answer came."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from cxlab.report.facts import KnownAnswer

PRINTED = 0.6
"""Units of the last printed digit: half of one for their rounding, a little for numbers they rounded before."""

PERCENT = 0.05
"""Share of the planted value that an answer without an error may be away from it."""

ERRORS = 3.5
"""Standard errors a planted value may lie from the answer: further away once in two thousand right answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One entry of ``known.toml``: its answers by what they are of, and the data they are computed from."""

    name: str
    near: str
    source: str
    answers: Mapping[str, str]
    data: Mapping[str, Any]

    @property
    def known(self) -> KnownAnswer:
        """The part of it that stands on a page."""
        return KnownAnswer(
            name=self.name, answers=tuple(self.answers.values()), near=self.near, source=self.source
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """An answer: the number, and where it is an estimate, its standard error (of the logarithm with ``log``).

    ``expected`` is told by what was counted while the company was made; otherwise the question knows it.
    """

    value: float
    error: float | None = None
    log: bool = False
    expected: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One comparison: ``passed`` if the answer came within ``tolerance`` (in the unit of the answer)."""

    question: str
    what: str
    expected: float
    got: float
    tolerance: float
    passed: bool


@cache
def questions() -> Mapping[str, Question]:
    """Return everything the self-test asks, in its order."""
    read = tomllib.loads((files(__package__) / "known.toml").read_text(encoding="utf-8"))
    return {
        name: Question(
            name=name, near=of["near"], source=of["source"], answers=of.get("answers", {}), data=of.get("data", {})
        )
        for name, of in read.items()
    }


def judged(question: Question, got: Mapping[str, Got]) -> list[Check]:
    """Compare the answers to a question with what is known.

    Raises
    ------
    ValueError
        If something was asked and not answered, or answered and not asked.
    """
    counted = {what: answer for what, answer in got.items() if answer.expected is not None}
    if set(got) != set(question.answers) | set(counted):
        raise ValueError(f"{question.name} asks for {', '.join(question.answers)}; answered: {', '.join(got)}")
    return [_check(question, what, answer) for what, answer in got.items()]


def _check(question: Question, what: str, got: Got) -> Check:
    printed = question.answers.get(what, "")
    expected = float(printed) if got.expected is None else got.expected
    if question.near == "errors":
        (low, high), inside, middle = _ends(got), expected, got.value
    else:
        (low, high), inside, middle = _around(expected, question.near, printed), got.value, expected
    return Check(
        question=question.name,
        what=what,
        expected=expected,
        got=got.value,
        tolerance=max(high - middle, middle - low) if math.isfinite(high) else 0.0,
        passed=bool(low <= inside <= high),
    )


def _ends(got: Got) -> tuple[float, float]:
    assert got.error is not None
    if got.log:
        return got.value * math.exp(-ERRORS * got.error), got.value * math.exp(ERRORS * got.error)
    return got.value - ERRORS * got.error, got.value + ERRORS * got.error


def _around(expected: float, near: str, printed: str) -> tuple[float, float]:
    if near == "least":
        return expected, math.inf
    reaches = {
        "exact": 0.0,
        "percent": PERCENT * abs(expected),
        "printed": PRINTED * 10.0 ** -len(printed.partition(".")[2]),
    }
    reach = reaches[near]
    return expected - reach, expected + reach
