"""One regression of a block, customer by customer: answers as a pattern, and what goes with them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxlab.evidence.panel_rows import DETRACTOR, PROMOTER, Array, Ints

OUTCOMES = ("revenue", "staying")
"""Revenue, and the part of it through staying: the share of the quarter a customer was there, times what the
customer brought a quarter before the first score used. The rest of revenue is spending."""

Answers = NDArray[np.int8]
"""(answers, periods, N): groups of the answers of each row, 0 where it is not in the regression."""

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

    def packed(self, answers: Answers) -> Ints:
        """Pack patterns of answers into words of 64 bits, (W, N)."""
        sizes = [_GROUPS**place for place in range(len(answers))]
        weighed = sum(answer.astype(np.int16) * size for answer, size in zip(answers, sizes, strict=True))
        digits = np.maximum(weighed - (sum(sizes) - 1), 0)
        words = []
        for first in range(0, self.periods, self._in_a_word):
            word = np.zeros(digits.shape[1], dtype=np.int64)
            for digit in digits[first : first + self._in_a_word]:
                word *= self._base
                word += digit
            words.append(word)
        return np.stack(words)

    def unpacked(self, words: Ints) -> Answers:
        """Return the answers of patterns."""
        digits = np.zeros((self.periods, words.shape[1]), dtype=np.int64)
        for word, first in zip(words, range(0, self.periods, self._in_a_word), strict=True):
            left = word
            for place in reversed(range(first, min(first + self._in_a_word, self.periods))):
                left, digits[place] = np.divmod(left, self._base)
        number = np.arange(self._base) - 1
        chosen = [number // _GROUPS**place % _GROUPS + 1 for place in range(len(self.answers))]
        return np.asarray((np.stack(chosen) * (number >= 0)).astype(np.int8)[:, digits])

    def entries(self, answers: Answers, beside: Array) -> tuple[Ints, Array]:
        """Return X'MX of customers by their answers, with something else of theirs below it.

        A customer has one row a period, so dummies of two periods never meet and a score meets a period where it
        is.

        Parameters
        ----------
        answers : (answers, periods, N) array
            See `Answers`.
        beside : (b, N) array
            What is laid below.

        Returns
        -------
        places : (c,) array
            Which of the v entries on and above the diagonal, row by row, anybody has anything in.
        laid : (c + b, N) array
            These entries, and what was to be laid below.
        """
        scores, there = dummies(answers), (answers[0] > 0).astype(np.float64)
        totals = np.concatenate([scores.sum(axis=1), there])
        columns = np.flatnonzero(totals.any(axis=1))
        meeting = [(one, self._meeting(one, columns[place:])) for place, one in enumerate(columns.tolist())]
        places = [one * self.columns - one * (one + 1) // 2 + others for one, others in meeting]
        size = sum(map(len, places))
        laid = np.empty((size + len(beside), answers.shape[2]))
        laid[size:] = beside
        shares = totals / np.maximum(there.sum(axis=0), 1) if self.within else np.zeros_like(totals)
        at = 0
        for one, others in meeting:
            row = laid[at : at + len(others)]
            np.multiply(totals[others], -shares[one], out=row)
            _add_meetings(row, scores, there, one=one, others=others)
            at += len(others)
        return np.concatenate([np.empty(0, dtype=np.int64), *places]), laid

    def _meeting(self, one: int, later: Ints) -> Ints:
        """Columns from this one on with which its product is not zero for everybody."""
        return later[:1] if one >= len(self.scores) and not self.within else later


def _add_meetings(row: Array, scores: Array, there: Array, *, one: int, others: Ints) -> None:
    """Add X'X of one column with itself and those after it."""
    k = len(scores)
    if one >= k:
        row[0] += there[one - k]
        return
    for place, other in enumerate(others[others < k].tolist()):
        if other == one or other // 2 > one // 2:  # nobody gives two answers at once
            row[place] += np.einsum("qn,qn->n", scores[one], scores[other])
    row[np.searchsorted(others, k) :] += scores[one, others[others >= k] - k]


def dummies(answers: Answers) -> Array:
    """Return the score columns of answers, (scores, periods, N)."""
    found = [answer == group for answer in answers for group in (PROMOTER, DETRACTOR)]
    return np.stack(found).astype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """One regression of a block, customer by customer.

    Parameters
    ----------
    used : (periods, block customers) array
        Rows of the block that are in it.
    who, owner, rows : (N,) arrays
        Of each customer with a row: place in the block, account (0 to G - 1), number of rows.
    moved : (scores, N) array
        Whether a score column takes more than one value in the customer.
    answers : (answers, periods, N) array
        See `Answers`.
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
    answers: Answers
    squares: Array
    products: Array


def part_of(
    account: NDArray[Any], used: NDArray[np.bool_], answers: Mapping[str, NDArray[np.int8]], outcomes: Array, *,
    within: bool = True,
) -> Part:  # fmt: skip
    """Lay out one regression; within customers only those with two rows or more count.

    Parameters
    ----------
    account : (N,) array
        Of each customer, sorted.
    used : (periods, N) array
        Rows that are in it, unless their customer does not count.
    answers : mapping of str to (periods, N) array
        Answers of each row; where it is used, none is missing.
    outcomes : (m, periods, N) array
        What is explained.
    """
    rows = used.sum(axis=0)
    counts = rows > int(within)
    who = np.flatnonzero(counts)
    kept = slice(None) if len(who) == len(counts) else who  # most often all, and nothing is copied
    rows, here = rows[kept], np.stack([(answer * used)[:, kept] for answer in answers.values()])
    there, scores = used[:, kept].astype(np.float64), dummies(here)
    y = outcomes[:, :, kept] * there
    if within:
        y = (y - y.sum(axis=1, keepdims=True) / np.maximum(rows, 1)) * there
    products = np.concatenate([np.einsum("kqn,mqn->mkn", scores, y), y], axis=1)
    products = products.reshape(len(outcomes) * products.shape[1], len(who))
    totals = scores.sum(axis=1)
    return Part(
        design=Design(answers=tuple(answers), periods=len(used), outcomes=len(outcomes), within=within),
        used=used & counts, who=who, owner=_owners(account[kept]), rows=rows, moved=(totals > 0) & (totals < rows),
        answers=here, squares=np.einsum("mqn,oqn->mon", y, y), products=products,
    )  # fmt: skip


def by_account(values: Array, account: Ints) -> Array:
    """Sum columns of customers to columns of accounts, whose codes are sorted."""
    heads = _heads(account)
    return values if len(heads) == values.shape[1] else np.add.reduceat(values, heads, axis=1)


def mean_of(values: Array, group: Ints) -> Array:
    """Mean of each group of sorted codes 0, 1, ..."""
    heads = _heads(group)
    return (
        np.asarray(np.add.reduceat(values, heads) / np.diff(np.append(heads, len(group))))
        if len(heads)
        else values
    )


def _owners(account: NDArray[Any]) -> Ints:
    """Number sorted accounts from 0."""
    heads = _heads(account)
    return np.repeat(np.arange(len(heads)), np.diff(np.append(heads, len(account))))


def _heads(codes: NDArray[Any]) -> Ints:
    """First place of each run of equal codes."""
    return np.flatnonzero(np.append(True, codes[1:] != codes[:-1])[: len(codes)]).astype(np.int64)
