"""Customer by quarter: what each account adds to a regression of revenue on scores, summed block by block."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import ibis.expr.types as ir
import numpy as np

from cxlab.evidence.panel_model import Design, mean_of, part_of
from cxlab.evidence.panel_patterns import Summing
from cxlab.evidence.panel_rows import (
    GROUPS,
    NEEDED,
    Block,
    Everybody,
    Ints,
    block_of,
    blocks_of,
    everybody_of,
    scored,
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

    Only the rows of customers who ever gave a score are ordered by account and go through the regressions, in
    blocks of constant size; everybody else is only counted. Accounts and customers are told apart by a 64-bit hash
    of their ids. Sums of disjoint accounts add, if the edges are the same.

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
        If there is no quarter, the panel holds one that is not among them, or it lacks columns.
    """
    if not quarters:
        raise ValueError("panel_sums needs at least one quarter; got none")
    missing = [name for name in NEEDED if name not in panel.columns]
    if missing:
        raise ValueError(
            f"a panel has the columns {', '.join(NEEDED)}; "
            f"{', '.join(missing)} not among {', '.join(panel.columns)}"
        )
    everybody = everybody_of(panel, quarters=quarters)
    parting = revenue_edges(panel) if edges is None else edges
    blocks = (block_of(columns, quarters=quarters) for columns in blocks_of(scored(panel)))
    return _with_silent(evidence_of(blocks, quarters=tuple(quarters), edges=parting), everybody)


def evidence_of(
    blocks: Iterable[Block], *, quarters: tuple[Quarter, ...], edges: tuple[float, float]
) -> PanelEvidence:
    """Add up what the whole accounts of blocks give."""
    gathering = _Gathering(quarters, edges=edges)
    for block in blocks:
        gathering.add(block)
    return gathering.evidence()


def _with_silent(found: PanelEvidence, everybody: Everybody) -> PanelEvidence:
    """Count those who never gave a score beside those who did."""
    answers, pairs = found.answers.copy(), found.pairs.copy()
    answers[:, 0] = everybody.rows - answers[:, 1:].sum(axis=1)
    pairs[0, 0] += everybody.rows[-1] - pairs.sum()
    return replace(
        found, answers=answers, pairs=pairs, active=everybody.active, rows=int(everybody.rows.sum()),
        revenue=float(everybody.revenue.sum()), revenue_last=float(everybody.revenue[-1]),
    )  # fmt: skip


def revenue_edges(panel: ir.Table) -> tuple[float, float]:
    """Revenue a quarter below which one third of the customers who ever answered lie, and two thirds."""
    answered = panel.filter(panel.grp.isin(GROUPS[1:]))
    means = answered.group_by("customer_id").agg(revenue=answered.revenue_amount.mean())
    found = means.agg(low=means.revenue.quantile(1 / 3), high=means.revenue.quantile(2 / 3)).to_pandas()
    low, high = (float(value) for value in found.fillna(0.0).iloc[0])
    return low, high


class _Gathering:
    """What whole accounts give, block after block."""

    def __init__(self, quarters: tuple[Quarter, ...], *, edges: tuple[float, float]) -> None:
        periods = len(quarters)
        self._quarters, self._edges = quarters, np.array(edges)
        headline = Design(answers=("",), periods=periods, outcomes=2, within=True)
        self._bands = {band: Summing(headline) for band in BANDS}
        self._pooled = Summing(replace(headline, outcomes=1, within=False))
        self._same = Summing(replace(headline, answers=("", "now_"), outcomes=1))
        self._veto = Summing(replace(headline, answers=("", "now_", "next_"), outcomes=1))
        self._answers = np.zeros((periods, 4), dtype=np.int64)
        self._pairs = np.zeros((4, 4), dtype=np.int64)
        self._moved = self._active = self._rows = 0
        self._revenue = self._revenue_moved = self._revenue_last = 0.0

    def add(self, block: Block) -> None:
        """Add the whole accounts of one block."""
        lag, now, lead, periods = block.lag, block.answer, block.lead, len(self._quarters)
        revenue = block.revenue[:, None]
        both = np.column_stack([block.revenue, block.there * block.before[block.customer]])
        price = part_of(block, lag > 0, {"": lag}, both, periods=periods)
        self._pooled.add(part_of(block, price.used, {"": lag}, revenue, periods=periods, within=False))
        asked = (lag > 0) & (now > 0)
        self._same.add(part_of(block, asked, {"": lag, "now_": now}, revenue, periods=periods))
        three = {"": lag, "now_": now, "next_": lead}
        self._veto.add(part_of(block, asked & (lead > 0), three, revenue, periods=periods))
        band = np.searchsorted(self._edges, mean_of(block.before[price.who], price.owner), side="right")
        for place, name in enumerate(BANDS):
            self._bands[name].add(price, band == place)
        self._count(block, moved=price.who[price.moved.any(axis=0)])

    def _count(self, block: Block, *, moved: Ints) -> None:
        periods, now = len(self._quarters), block.answer
        last = block.quarter == periods - 1
        has = np.zeros(len(block.start), dtype=bool)
        has[moved] = True
        self._answers += np.bincount(block.quarter * 4 + now, minlength=4 * periods).reshape(periods, 4)
        self._pairs += np.bincount(block.lag[last] * 4 + now[last], minlength=16).reshape(4, 4)
        self._moved += len(moved)
        self._active += int(block.stays[last].sum())
        self._rows += len(block.quarter)
        self._revenue += float(block.revenue.sum())
        self._revenue_moved += float(block.revenue[has[block.customer]].sum())
        self._revenue_last += float(block.revenue[last].sum())

    def evidence(self) -> PanelEvidence:
        """Return what all blocks gave."""
        return PanelEvidence(
            quarters=self._quarters,
            bands={name: summing.sums() for name, summing in self._bands.items()},
            same_quarter=self._same.sums(),
            veto=self._veto.sums(),
            pooled=self._pooled.sums(),
            answers=self._answers,
            pairs=self._pairs,
            moved=self._moved,
            active=self._active,
            rows=self._rows,
            revenue=self._revenue,
            revenue_moved=self._revenue_moved,
            revenue_last=self._revenue_last,
        )
