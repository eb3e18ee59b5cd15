"""Customer by quarter: what each account adds to a regression of revenue on scores, summed block by block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise

import ibis.expr.types as ir
import numpy as np

from cxlab.evidence.panel_blocks import ABSENT, Block, Edges, blocks_of, edges_of, revenue_edges
from cxlab.evidence.panel_model import Design, mean_of, part_of
from cxlab.evidence.panel_patterns import Summing
from cxlab.evidence.panel_rows import (
    DETRACTOR,
    NEEDED,
    PASSIVE,
    PROMOTER,
    Array,
    Everybody,
    Ints,
    Rows,
    everybody_of,
    parts_of,
    rows_of,
)
from cxlab.maths.panel import PanelSums
from cxlab.quarter import Quarter

BANDS = ("low", "middle", "high")
"""Thirds of those who answer, by what they brought a quarter before."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PanelEvidence:
    """Sums of the regressions of a panel, and who stands behind them; evidence of disjoint accounts adds.

    Parameters
    ----------
    quarters : tuple of Quarter
        Quarters of the panel.
    bands : mapping of str to PanelSums
        Revenue and staying on the score of the quarter before, within customers, by `BANDS`.
    same_quarter : PanelSums
        The same with the score of the quarter itself, where there is one too.
    veto : PanelSums
        Revenue on the scores of the quarter before, the quarter itself and the next one.
    pooled : PanelSums
        Revenue on the score of the quarter before, customers not told apart.
    answers : (quarters, 4) array
        Customers by `GROUPS` of their answer.
    pairs : (4, 4) array
        Customers by group in the last quarter but one (rows) and in the last.
    moved : int
        Customers whose score changed between rows of the headline: only they tell what a step goes with.
    active, rows : int
        Customers active at the last close; rows of the panel.
    revenue, revenue_moved, revenue_last : float
        Sum over all rows; over those of customers whose score moved; of the last quarter.
    """

    quarters: tuple[Quarter, ...]
    bands: Mapping[str, PanelSums]
    same_quarter: PanelSums
    veto: PanelSums
    pooled: PanelSums
    answers: Ints
    pairs: Ints
    moved: int
    active: int
    rows: int
    revenue: float
    revenue_moved: float
    revenue_last: float

    @property
    def price(self) -> PanelSums:
        """The headline regression: all bands together."""
        low, middle, high = (self.bands[band] for band in BANDS)
        return low + middle + high

    def __add__(self, other: PanelEvidence) -> PanelEvidence:
        if self.quarters != other.quarters:
            raise ValueError(
                f"only evidence of the same quarters adds; got {self.quarters[0]} to {self.quarters[-1]} "
                f"and {other.quarters[0]} to {other.quarters[-1]}"
            )
        rest = [field.name for field in fields(self) if field.name not in ("quarters", "bands")]
        added = {name: getattr(self, name) + getattr(other, name) for name in rest}
        bands = {band: self.bands[band] + other.bands[band] for band in BANDS}
        return PanelEvidence(quarters=self.quarters, bands=bands, **added)


def panel_sums(
    panel: ir.Table, *, quarters: Sequence[Quarter], edges: tuple[float, float] | None = None
) -> PanelEvidence:
    """Add up what every account gives to the regressions of revenue on scores.

    Only customers who ever gave a score go through the regressions, in order of account and in blocks of constant
    size; everybody else is only counted. Accounts and customers are told apart by a 64-bit hash of their ids. Sums
    of disjoint accounts add, if the edges are the same.

    Parameters
    ----------
    panel : ibis table
        One row per customer and quarter, as prepared for a study.
    quarters : sequence of Quarter
        Every quarter the panel may hold, oldest first.
    edges : (2,) tuple, optional
        Where the thirds by revenue part, in minor units a quarter; `revenue_edges` of the panel, unless told.

    Raises
    ------
    ValueError
        If there is no quarter, one is left out between others, the panel holds one that is not among them, or it
        lacks columns.
    """
    if not quarters:
        raise ValueError("panel_sums needs at least one quarter; got none")
    if any(later.ordinal - earlier.ordinal != 1 for earlier, later in pairwise(quarters)):
        raise ValueError(f"panel_sums needs quarters one after another; got {', '.join(map(str, quarters))}")
    missing = [name for name in NEEDED if name not in panel.columns]
    if missing:
        raise ValueError(
            f"a panel has the columns {', '.join(NEEDED)}; "
            f"{', '.join(missing)} not among {', '.join(panel.columns)}"
        )
    known = tuple(quarters)
    everybody = everybody_of(panel, quarters=known)
    parts = parts_of(everybody, quarters=known)
    parting = revenue_edges(panel) if edges is None and parts > 1 else edges
    gathering = _Gathering(known)
    for part in range(parts):
        gathering.add_rows(rows_of(panel, everybody=everybody, quarters=known, part=(part, parts)), edges=parting)
    return gathering.evidence(everybody)


class _Gathering:
    """What whole accounts give, block after block."""

    def __init__(self, quarters: tuple[Quarter, ...]) -> None:
        self._quarters, periods = quarters, len(quarters)
        headline = Design(answers=("",), periods=periods, outcomes=2, within=True)
        self._bands = {band: Summing(headline) for band in BANDS}
        self._pooled = Summing(replace(headline, outcomes=1, within=False))
        self._same = Summing(replace(headline, answers=("", "now_"), outcomes=1))
        self._veto = Summing(replace(headline, answers=("", "now_", "next_"), outcomes=1))
        self._answers = np.zeros((periods, 4), dtype=np.int64)
        self._pairs = np.zeros((4, 4), dtype=np.int64)
        self._moved, self._revenue_moved = 0, 0.0

    def add_rows(self, rows: Rows, *, edges: Edges | None) -> None:
        """Add the accounts of rows, parted by edges; by their own where none are told."""
        parting = np.array(edges or edges_of(rows))
        for block in blocks_of(rows, quarters=self._quarters):
            self.add(block, edges=parting)

    def add(self, block: Block, *, edges: Array) -> None:
        """Add the whole accounts of one block."""
        lag, now, lead, account = block.lag, block.answer, block.lead, block.account
        asked, before = block.asked_before, block.before
        revenue = block.revenue[None]
        price = part_of(account, asked, {"": lag}, np.stack([block.revenue, block.there * before]))
        self._pooled.add(part_of(account, price.used, {"": lag}, revenue, within=False))
        asked = asked & (now > 0)
        self._same.add(part_of(account, asked, {"": lag, "now_": now}, revenue))
        self._veto.add(part_of(account, asked & (lead > 0), {"": lag, "now_": now, "next_": lead}, revenue))
        band = np.searchsorted(edges, mean_of(before[price.who], price.owner), side="right")
        for place, name in enumerate(BANDS):
            self._bands[name].add(price, band == place)
        self._count(block, moved=price.who[price.moved.any(axis=0)])

    def _count(self, block: Block, *, moved: Ints) -> None:
        here = block.answer[-1] > ABSENT
        for group in (PASSIVE, PROMOTER, DETRACTOR):
            self._answers[:, group] += (block.answer == group).sum(axis=1)
        self._pairs += np.bincount(block.lag[-1][here] * 4 + block.answer[-1][here], minlength=16).reshape(4, 4)
        self._moved += len(moved)
        self._revenue_moved += float(block.revenue[:, moved].sum())

    def evidence(self, everybody: Everybody) -> PanelEvidence:
        """Return what all blocks gave, with those counted who never gave a score."""
        answers, pairs = self._answers, self._pairs
        answers[:, 0] = everybody.rows - answers[:, 1:].sum(axis=1)
        pairs[0, 0] += everybody.rows[-1] - pairs.sum()
        return PanelEvidence(
            quarters=self._quarters,
            bands={name: summing.sums() for name, summing in self._bands.items()},
            same_quarter=self._same.sums(),
            veto=self._veto.sums(),
            pooled=self._pooled.sums(),
            answers=answers,
            pairs=pairs,
            moved=self._moved,
            active=everybody.active,
            rows=int(everybody.rows.sum()),
            revenue=float(everybody.revenue.sum()),
            revenue_moved=self._revenue_moved,
            revenue_last=float(everybody.revenue[-1]),
        )
