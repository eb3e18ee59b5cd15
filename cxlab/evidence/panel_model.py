"""One regression of a block, customer by customer: answers as a pattern, and what goes with them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxlab.evidence.panel_rows import DETRACTOR, PROMOTER, Array, Block, Ints
from cxlab.maths.panel import upper

OUTCOMES = ("revenue", "staying")
"""Revenue, and the part of it through staying: the share of the quarter a customer was there, times what the
customer brought a quarter before the first score used. The rest of revenue is spending."""

_GROUPS = 3
"""Groups of an answer: where a row is used, each of its answers is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Columns of a regression: two dummies for each answer of a row, passives the base, then one a period.

    What a customer adds to X'MX follows from the answers alone, so it is worked out once for all customers who
    answered alike. Their pattern is one digit a period: 0 where the customer has no row, else 1 and up, by the
    answers of the row.

    Parameters
    ----------
    answers : tuple of str
        What stands before the names of the dummies of each answer.
    periods, outcomes : int
        How many.
    within : bool
        Whether customer effects are taken out.
    """

    answers: tuple[str, ...]
    periods: int
    outcomes: int
    within: bool

    @property
    def scores(self) -> tuple[str, ...]:
        """Names of the score columns."""
        return tuple(f"{when}{group}" for when in self.answers for group in ("promoter", "detractor"))

    @property
    def columns(self) -> int:
        """Score columns and periods."""
        return len(self.scores) + self.periods

    @property
    def _base(self) -> int:
        return 1 + int(_GROUPS ** len(self.answers))

    @property
    def _in_a_word(self) -> int:
        """Periods that fit into 64 bits."""
        return int(62 / math.log2(self._base))

    def digits(self, answers: Mapping[str, Ints]) -> Ints:
        """Return the digit of rows by their answers, of which none is missing."""
        return np.asarray(
            1 + sum((answers[name] - 1) * _GROUPS**place for place, name in enumerate(self.answers)),
            dtype=np.int64,
        )

    def packed(self, digits: Ints) -> Ints:
        """Pack patterns, (periods, N), into words of 64 bits, (W, N)."""
        words = []
        for first in range(0, self.periods, self._in_a_word):
            word = np.zeros(digits.shape[1], dtype=np.int64)
            for digit in digits[first : first + self._in_a_word]:
                word = word * self._base + digit
            words.append(word)
        return np.stack(words)

    def _unpacked(self, words: Ints) -> Ints:
        digits = np.zeros((self.periods, words.shape[1]), dtype=np.int64)
        for word, first in zip(words, range(0, self.periods, self._in_a_word), strict=True):
            left = word
            for place in reversed(range(first, min(first + self._in_a_word, self.periods))):
                left, digits[place] = np.divmod(left, self._base)
        return digits

    def entries(self, words: Ints) -> Array:
        """Return X'MX of customers by their patterns: the entries on and above the diagonal, row by row, (v, N).

        A customer has one row a period, so dummies of two periods never meet and a score meets a period where it
        is.
        """
        digits = self._unpacked(words)
        number = np.arange(self._base) - 1
        chosen = [(number // _GROUPS**place) % _GROUPS + 1 for place in range(len(self.answers))]
        has = np.stack([(each == group) & (number >= 0) for each in chosen for group in (PROMOTER, DETRACTOR)])
        scores, there = has.astype(np.float64)[:, digits], (digits > 0).astype(np.float64)
        return _entries(scores, there, within=self.within)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """One regression of a block, customer by customer.

    Parameters
    ----------
    used : (block rows,) array
        Rows of the block that are in it.
    who, owner, rows : (N,) arrays
        Of each customer with a row: place in the block, account (0 to G - 1), number of rows.
    moved : (scores, N) array
        Whether a score column takes more than one value in the customer.
    words : (W, N) array
        Patterns of answers (`Design.packed`).
    squares : (m, m, N) array
        Y'MY of each customer.
    products : (m p, N) array
        X'MY of each customer, the outcomes one after another.
    """

    design: Design
    used: NDArray[np.bool_]
    who: Ints
    owner: Ints
    rows: Ints
    moved: NDArray[np.bool_]
    words: Ints
    squares: Array
    products: Array


def part_of(
    block: Block, used: NDArray[np.bool_], answers: Mapping[str, Ints], outcomes: Array, *, periods: int,
    within: bool = True,
) -> Part:  # fmt: skip
    """Lay out one regression; within customers only those with two rows or more count."""
    counts = np.bincount(block.customer[used], minlength=len(block.start))
    if within:
        used = used & (counts[block.customer] > 1)
    at = np.flatnonzero(used)
    head = _heads(block.customer[at])
    who, each = block.customer[at][head], _counted(head, len(at))
    people, rows = len(who), counts[who]
    design = Design(answers=tuple(answers), periods=periods, outcomes=outcomes.shape[1], within=within)
    here = {name: answer[at] for name, answer in answers.items()}
    place = block.quarter[at] * people + each

    def by_customer(weights: Array | None = None, rows: Ints | slice = slice(None)) -> NDArray[Any]:
        return np.bincount(each[rows], weights=weights, minlength=people)

    def laid(values: NDArray[Any]) -> NDArray[Any]:
        flat = np.zeros(periods * people, dtype=values.dtype)
        flat[place] = values
        return flat.reshape(periods, people)

    flags = [np.flatnonzero(answer == group) for answer in here.values() for group in (PROMOTER, DETRACTOR)]
    totals = np.stack([by_customer(rows=flag) for flag in flags])
    y = [outcome[at] for outcome in outcomes.T]
    if within:
        y = [one - (by_customer(one) / np.maximum(rows, 1))[each] for one in y]
    products = [part for one in y for part in ([by_customer(one[flag], flag) for flag in flags], laid(one))]
    return Part(
        design=design, used=used, who=who, owner=_counted(_heads(block.account[at]), len(at))[head], rows=rows,
        moved=(totals > 0) & (totals < rows), words=design.packed(laid(design.digits(here))),
        squares=np.stack([np.stack([by_customer(one * other) for other in y]) for one in y]),
        products=np.concatenate([np.atleast_2d(part) for part in products]),
    )  # fmt: skip


def _entries(scores: Array, there: Array, *, within: bool) -> Array:
    """X'MX of each customer: X'X less the totals' product over the rows."""
    k, periods, customers = scores.shape
    first, second = upper(k + periods)
    entries = np.zeros((len(first), customers))
    for place, (one, other) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        if other < k:
            entries[place] = (scores[one] * scores[other]).sum(axis=0)
        elif one < k:
            entries[place] = scores[one, other - k]
        elif one == other:
            entries[place] = there[one - k]
    if within:
        rows = np.maximum(there.sum(axis=0), 1)
        totals = np.concatenate([scores.sum(axis=1), there]) / np.sqrt(rows)
        for place, (one, other) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
            entries[place] -= totals[one] * totals[other]
    return entries


def by_account(values: Array, account: Ints) -> Array:
    """Sum columns of customers to columns of accounts, whose codes are sorted."""
    heads = _heads(account)
    return values if len(heads) == values.shape[1] else np.add.reduceat(values, heads, axis=1)


def _heads(codes: Ints) -> Ints:
    """First place of each run of equal codes."""
    return np.flatnonzero(np.append(True, codes[1:] != codes[:-1])[: len(codes)]).astype(np.int64)


def _counted(heads: Ints, length: int) -> Ints:
    """Number of the run each place lies in."""
    return np.repeat(np.arange(len(heads)), np.diff(np.append(heads, length)))


def mean_of(values: Array, group: Ints) -> Array:
    """Mean of each group of sorted codes 0, 1, ..."""
    heads = _heads(group)
    return (
        np.asarray(np.add.reduceat(values, heads) / np.diff(np.append(heads, len(group))))
        if len(heads)
        else values
    )
