"""One regression of a block, account by account: what adds up to coefficients and clustered errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.evidence.panel_rows import DETRACTOR, PROMOTER, Array, Block, Ints
from cxlab.maths.panel import PanelSums, upper

OUTCOMES = ("revenue", "staying")
"""Revenue, and the part of it through staying: the share of the quarter a customer was there, times what the
customer brought a quarter before the first score used. The rest of revenue is spending."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """One regression of a block, account by account.

    Parameters
    ----------
    scores : tuple of str
        Names of the score columns; dummies of the ``periods`` follow them.
    outcomes : int
        How many.
    within : bool
        Whether customer effects are taken out.
    used : (block rows,) array
        Rows of the block that are in it.
    who, owner, rows : (N,) arrays
        Of each customer with a row: place in the block, account (0 to G - 1), number of rows.
    moved : (scores, N) array
        Whether a score column takes more than one value in the customer.
    squares : (N, m, m) array
        Y'MY of each customer.
    entries, products : (v, G), (p m, G) arrays
        A_c on and above its diagonal, and s_c, outcomes one after another.
    """

    scores: tuple[str, ...]
    periods: int
    outcomes: int
    within: bool
    used: NDArray[np.bool_]
    who: Ints
    owner: Ints
    rows: Ints
    moved: NDArray[np.bool_]
    squares: Array
    entries: Array
    products: Array

    def summed(self, accounts: NDArray[np.bool_] | None = None) -> PanelSums:
        """Sum over all accounts, or over some of them."""
        inside = slice(None) if accounts is None else accounts
        mine = slice(None) if accounts is None else accounts[self.owner]
        a, s, p = self.entries[:, inside], self.products[:, inside], len(self.scores) + self.periods
        whole = np.zeros((p, p))
        whole[upper(p)] = a.sum(axis=1)
        return PanelSums(
            scores=self.scores, periods=tuple(range(self.periods)), outcomes=OUTCOMES[: self.outcomes],
            rows=int(self.rows[mine].sum()), customers=len(self.rows[mine]) if self.within else 0,
            clusters=a.shape[1], moved=self.moved[:, mine].sum(axis=1).astype(np.int64),
            a=np.triu(whole) + np.triu(whole, 1).T, s=s.sum(axis=1).reshape(self.outcomes, p).T,
            yy=self.squares[mine].sum(axis=0), ss=s @ s.T, sa=s @ a.T, aa=a @ a.T,
        )  # fmt: skip


def model_of(
    block: Block, used: NDArray[np.bool_], answers: Mapping[str, Ints], outcomes: Array, *, periods: int,
    within: bool = True,
) -> Model:  # fmt: skip
    """Lay out one regression: passives are the base; within customers only those with two rows or more count."""
    counts = np.bincount(block.customer[used], minlength=len(block.start))
    if within:
        used = used & (counts[block.customer] > 1)
    at = np.flatnonzero(used)
    head, account_head = _heads(block.customer[at]), _heads(block.account[at])
    who, account = block.customer[at][head], _counted(account_head, len(at))[head]
    grid = _Grid(place=block.quarter[at] * len(who) + _counted(head, len(at)), shape=(periods, len(who)))
    scores = np.stack([
        grid.laid(answer[at] == group) for answer in answers.values() for group in (PROMOTER, DETRACTOR)
    ])  # fmt: skip
    there, rows = grid.laid(np.ones(len(at))), counts[who]
    y = np.stack([grid.laid(outcome[at]) for outcome in outcomes.T])
    if within:
        y -= y.sum(axis=1, keepdims=True) / np.maximum(rows, 1) * there
    totals = scores.sum(axis=1)
    products = np.concatenate([(scores * one).sum(axis=1) if part == 0 else one for one in y for part in (0, 1)])
    return Model(
        scores=tuple(f"{when}{group}" for when in answers for group in ("promoter", "detractor")),
        periods=periods, outcomes=len(y), within=within, used=used, who=who, owner=account, rows=rows,
        moved=(totals > 0) & (totals < rows), squares=np.einsum("apn,bpn->nab", y, y),
        entries=_by_account(_entries(scores, there, rows=rows, within=within), account),
        products=_by_account(products, account),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Grid:
    """Rows laid out by period and customer: every customer has at most one row a period."""

    place: Ints
    shape: tuple[int, int]

    def laid(self, values: NDArray[np.generic]) -> Array:
        """Lay a column out, zero where there is no row."""
        flat = np.zeros(self.shape[0] * self.shape[1])
        flat[self.place] = values
        return flat.reshape(self.shape)


def _entries(scores: Array, there: Array, *, rows: Ints, within: bool) -> Array:
    """X'MX of each customer on and above the diagonal, row by row: X'X less the totals' product over the rows.

    A customer has one row a period, so dummies of two periods never meet and a score meets a period where it is.
    """
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
        totals = np.concatenate([scores.sum(axis=1), there]) / np.sqrt(np.maximum(rows, 1))
        for place, (one, other) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
            entries[place] -= totals[one] * totals[other]
    return entries


def _by_account(values: Array, account: Ints) -> Array:
    """Sum columns of customers to columns of accounts; nothing to do where everybody stands alone."""
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
