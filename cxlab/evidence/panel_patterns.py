"""Sums of a regression over customers who answered alike: what follows from the answers is worked out once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxlab.evidence.panel_model import OUTCOMES, Design, Part, by_account
from cxlab.evidence.panel_rows import Array, Ints
from cxlab.maths.panel import PanelSums, upper

HELD = 131_072
"""Customers that wait until they are sorted by their patterns; patterns kept before they are summed up."""

_AT_ONCE = 16_384
"""Patterns whose entries are laid out at a time."""


class Summing:
    """Sums of one regression, block after block: `PanelSums` of all blocks together.

    A customer adds A = X'MX, which hangs on the pattern of answers alone, and s = X'MY. The sum of the v entries
    of A by themselves takes v^2 products a pattern instead of a customer; that of s by A needs s summed within
    patterns. Once hardly two of those who waited answered alike, customers are summed one by one, without sorting;
    so they are without customer effects, where most entries are zero. An account of several customers is summed by
    itself.
    """

    def __init__(self, design: Design) -> None:
        p, m = design.columns, design.outcomes
        v = len(upper(p)[0])
        self._design = design
        self._rows = self._customers = self._clusters = 0
        self._moved = np.zeros(len(design.scores), dtype=np.int64)
        self._a, self._s, self._yy = np.zeros(v), np.zeros(m * p), np.zeros((m, m))
        self._ss, self._sa, self._aa = np.zeros((m * p, m * p)), np.zeros((m * p, v)), np.zeros((v, v))
        self._waiting: list[tuple[Ints, Array, Array]] = []
        self._length, self._sorts = 0, design.within

    def add(self, part: Part, accounts: NDArray[np.bool_] | None = None) -> None:
        """Add the customers of a block, or those of some of its accounts."""
        inside = slice(None) if accounts is None else accounts[part.owner]
        owner, answers, products = part.owner[inside], part.answers[:, :, inside], part.products[:, inside]
        self._rows += int(part.rows[inside].sum())
        self._customers += len(owner)
        self._moved += part.moved[:, inside].sum(axis=1)
        self._yy += part.squares[:, :, inside].sum(axis=2)
        self._s += products.sum(axis=1)
        members = np.bincount(owner)
        self._clusters += int((members > 0).sum())
        shared = members[owner] > 1
        if shared.any():
            places, laid = self._design.entries(answers[:, :, shared], products[:, shared])
            self._lay_down(places, by_account(laid, owner[shared]))
            answers, products = answers[:, :, ~shared], products[:, ~shared]
        if self._sorts:
            self._ss += products @ products.T
            self._wait(self._design.packed(answers), products)
        else:
            self._lay_down(*self._design.entries(answers, products))

    def sums(self) -> PanelSums:
        """Return the sums of all that was added."""
        self._settle()
        self._empty()
        design, p = self._design, self._design.columns
        whole = np.zeros((p, p))
        whole[upper(p)] = self._a
        return PanelSums(
            scores=design.scores, periods=tuple(range(design.periods)), outcomes=OUTCOMES[: design.outcomes],
            rows=self._rows, customers=self._customers if design.within else 0, clusters=self._clusters,
            moved=self._moved.copy(), a=np.triu(whole) + np.triu(whole, 1).T,
            s=self._s.reshape(design.outcomes, p).T.copy(), yy=self._yy.copy(), ss=self._ss.copy(),
            sa=self._sa.copy(), aa=self._aa.copy(),
        )  # fmt: skip

    def _wait(self, words: Ints, products: Array) -> None:
        self._waiting.append((words, np.ones(words.shape[1]), products))
        self._length += words.shape[1]
        if self._length > HELD:
            self._settle()
            if self._length > HELD // 2:
                self._empty()
                self._sorts = False

    def _settle(self) -> None:
        """Bring together who answered alike."""
        if self._length:
            words, counts, products = (np.concatenate(each, axis=-1) for each in zip(*self._waiting, strict=True))
            order = np.lexsort(words) if len(words) > 1 else np.argsort(words[0])
            words = words[:, order]
            new = np.append(True, (words[:, 1:] != words[:, :-1]).any(axis=0))
            pattern = np.empty(len(order), dtype=np.int64)
            pattern[order] = np.cumsum(new) - 1
            sums = np.array([np.bincount(pattern, weights=each) for each in (counts, *products)])
            self._waiting, self._length = [(words[:, new], sums[0], sums[1:])], sums.shape[1]

    def _empty(self) -> None:
        """Sum up the patterns kept, and keep none."""
        for words, counts, products in self._waiting:
            for first in range(0, words.shape[1], _AT_ONCE):
                some = slice(first, first + _AT_ONCE)
                answers = self._design.unpacked(words[:, some])
                self._lay_down(*self._design.entries(answers, products[:, some]), counts[some])
        self._waiting, self._length = [], 0

    def _lay_down(self, places: Ints, laid: Array, counts: Array | None = None) -> None:
        """Add what `Design.entries` lays out: of accounts one by one, or of patterns that so many share."""
        entries, products = np.split(laid, [len(places)])
        if counts is None:
            across = laid @ laid.T
            self._ss += across[len(places) :, len(places) :]
        else:
            across = np.concatenate([entries * counts, products]) @ entries.T
        self._a[places] += entries.sum(axis=1) if counts is None else entries @ counts
        self._aa[np.ix_(places, places)] += across[: len(places), : len(places)]
        self._sa[:, places] += across[len(places) :, : len(places)]
