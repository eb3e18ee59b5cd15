"""Customer by quarter: what each account adds to a regression of revenue on scores, summed block by block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from cxlab.maths.panel import PanelSums, upper
from cxlab.quarter import Quarter

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

GROUPS = ("", "passive", "promoter", "detractor")
"""Codes of a quarter's answer; the first stands for no answer."""
PASSIVE, PROMOTER, DETRACTOR = 1, 2, 3
BANDS = ("low", "middle", "high")
"""Thirds of those who answer, by what they brought a quarter before."""
OUTCOMES = ("revenue", "staying")
"""Revenue, and the part of it through staying: the share of the quarter a customer was there, times what the
customer brought a quarter before the first score used. The rest of revenue is spending."""
BLOCK = 65_536
"""Rows of the panel read at a time."""

NEEDED = (
    "customer_id", "account_id", "quarter_number", "revenue_amount", "active_days", "active_end", "grp",
)  # fmt: skip
"""Columns of the panel that are read."""

_COLUMNS = ("account", "customer", "quarter", "revenue", "days", "answer", "stays")


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Block:
    """Rows of whole accounts, sorted; positions count from 0 inside the block.

    ``lag`` and ``lead`` are the customer's answers a quarter earlier and later (0: none); ``start`` is the first
    row of each customer; ``before`` is what each customer brought a quarter until the first score used.
    """

    account: Ints
    customer: Ints
    quarter: Ints
    revenue: Array
    there: Array
    stays: NDArray[np.bool_]
    answer: Ints
    lag: Ints
    lead: Ints
    start: Ints
    before: Array


def panel_sums(
    panel: ir.Table, *, quarters: Sequence[Quarter], edges: tuple[float, float] | None = None
) -> PanelEvidence:
    """Add up what every account gives to the regressions of revenue on scores.

    The table is read once, ordered by account, in blocks of constant size. Accounts and customers are told apart
    by a 64-bit hash of their ids. Sums of disjoint accounts add, if the edges are the same.

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
            f"a panel has the columns {', '.join(NEEDED)}; {', '.join(missing)} not among {', '.join(panel.columns)}"
        )
    low, high = revenue_edges(panel) if edges is None else edges
    total: PanelEvidence | None = None
    for columns in _read(panel, quarters=quarters):
        part = _evidence(_block(columns, quarters=quarters), quarters=tuple(quarters), edges=(low, high))
        total = part if total is None else total + part
    if total is None:
        nothing = {name: np.zeros(0, dtype=np.int64) for name in _COLUMNS}
        return _evidence(_block(nothing, quarters=quarters), quarters=tuple(quarters), edges=(low, high))
    return total


def revenue_edges(panel: ir.Table) -> tuple[float, float]:
    """Revenue a quarter below which one third of the customers who ever answered lie, and two thirds."""
    answered = panel.filter(panel.grp.isin(GROUPS[1:]))
    means = answered.group_by("customer_id").agg(revenue=answered.revenue_amount.mean())
    found = means.agg(low=means.revenue.quantile(1 / 3), high=means.revenue.quantile(2 / 3)).to_pandas()
    low, high = (float(value) for value in found.fillna(0.0).iloc[0])
    return low, high


def _read(panel: ir.Table, *, quarters: Sequence[Quarter]) -> Iterator[dict[str, NDArray[np.generic]]]:
    """Yield columns of whole accounts, in order of account, customer and quarter."""
    account = ibis.coalesce(panel.account_id.nullif(""), panel.customer_id)
    code = ibis.cases(*((panel.grp == group, place) for place, group in enumerate(GROUPS) if group), else_=0)
    rows = panel.select(
        account=account.hash(),
        customer=panel.customer_id.hash(),
        quarter=panel.quarter_number.cast("int32"),
        revenue=panel.revenue_amount.cast("float64"),
        days=panel.active_days.cast("float64"),
        answer=code.cast("int8"),
        stays=panel.active_end.cast("int8"),
    ).order_by("account", "customer", "quarter")
    kept: dict[str, NDArray[np.generic]] = {}
    for batch in rows.to_pyarrow_batches(chunk_size=BLOCK):
        new = {name: batch.column(name).to_numpy(zero_copy_only=False) for name in _COLUMNS}
        columns = {name: np.concatenate([kept[name], new[name]]) for name in _COLUMNS} if kept else new
        if not len(columns["account"]):
            continue
        _refuse_other_quarters(columns["quarter"], quarters=quarters)
        whole = int(np.searchsorted(columns["account"], columns["account"][-1]))
        if whole:
            yield {name: column[:whole] for name, column in columns.items()}
        kept = {name: column[whole:] for name, column in columns.items()}
    if kept:
        yield kept


def _refuse_other_quarters(found: NDArray[np.generic], *, quarters: Sequence[Quarter]) -> None:
    numbers = {quarter.ordinal for quarter in quarters}
    other = sorted(set(np.unique(found).tolist()) - numbers)
    if other:
        raise ValueError(
            f"the panel holds quarter numbers {other} outside {quarters[0]} ({quarters[0].ordinal}) "
            f"to {quarters[-1]} ({quarters[-1].ordinal}): give every quarter of the window"
        )


def _block(columns: Mapping[str, NDArray[np.generic]], *, quarters: Sequence[Quarter]) -> _Block:
    account, customer, number = (columns[name].astype(np.int64) for name in ("account", "customer", "quarter"))
    rows = len(account)
    new = np.ones(rows, dtype=bool)
    new[1:] = (customer[1:] != customer[:-1]) | (account[1:] != account[:-1])
    answer = columns["answer"].astype(np.int64)
    follows = ~new
    follows[1:] &= number[1:] - number[:-1] == 1
    lag, lead = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64)
    lag[1:] = np.where(follows[1:], answer[:-1], 0)
    lead[:-1] = np.where(follows[1:], answer[1:], 0)
    place = {quarter.ordinal: at for at, quarter in enumerate(quarters)}
    quarter = np.array([place[int(each)] for each in np.unique(number)], dtype=np.int64)
    quarter = quarter[np.unique(number, return_inverse=True)[1]]
    revenue = columns["revenue"].astype(np.float64)
    there = columns["days"].astype(np.float64) / np.array([each.days for each in quarters], dtype=float)[quarter]
    start = np.flatnonzero(new)
    who = np.cumsum(new) - 1
    return _Block(
        account=account, customer=who, quarter=quarter, revenue=revenue, there=there, answer=answer, lag=lag,
        lead=lead, start=start, stays=columns["stays"].astype(bool),
        before=_before(revenue, there, used=lag > 0, customer=who, start=start),
    )  # fmt: skip


def _before(revenue: Array, there: Array, *, used: NDArray[np.bool_], customer: Ints, start: Ints) -> Array:
    """Revenue a full quarter of each customer in the rows before the first one used; 0 where none is used."""
    spent, time = (np.concatenate([[0.0], np.cumsum(column)]) for column in (revenue, there))
    at = np.flatnonzero(used)
    first = np.full(len(start), -1, dtype=np.int64)
    first[customer[at][::-1]] = at[::-1]
    has = first >= 0
    time_before = np.where(has, time[first] - time[start], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = (spent[first] - spent[start]) / time_before
    return np.where(time_before > 0, rate, 0.0)


def _evidence(block: _Block, *, quarters: tuple[Quarter, ...], edges: tuple[float, float]) -> PanelEvidence:
    lag, now, lead, periods = block.lag, block.answer, block.lead, len(quarters)
    both = np.column_stack([block.revenue, block.there * block.before[block.customer]])
    price = _model(block, lag > 0, {"": lag}, both, periods=periods)
    pooled = _model(block, price.used, {"": lag}, both[:, :1], periods=periods, within=False)
    same = _model(block, (lag > 0) & (now > 0), {"": lag, "now_": now}, both[:, :1], periods=periods)
    three = (lag > 0) & (now > 0) & (lead > 0)
    veto = _model(block, three, {"": lag, "now_": now, "next_": lead}, both[:, :1], periods=periods)
    band = np.searchsorted(np.array(edges), _mean(block.before[price.who], price.owner), side="right")
    answers = np.bincount(block.quarter * 4 + now, minlength=4 * periods).reshape(periods, 4)
    last = block.quarter == periods - 1
    moved = np.zeros(len(block.start), dtype=bool)
    moved[price.who] = price.moved.any(axis=0)
    return PanelEvidence(
        quarters=quarters,
        bands={name: price.summed(band == place) for place, name in enumerate(BANDS)},
        same_quarter=same.summed(),
        veto=veto.summed(),
        pooled=pooled.summed(),
        answers=answers.astype(np.int64),
        pairs=np.bincount(lag[last] * 4 + now[last], minlength=16).reshape(4, 4).astype(np.int64),
        moved=int(moved.sum()),
        active=int(block.stays[last].sum()),
        rows=len(block.quarter),
        revenue=float(block.revenue.sum()),
        revenue_moved=float(block.revenue[moved[block.customer]].sum()),
        revenue_last=float(block.revenue[last].sum()),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Model:
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


def _model(
    block: _Block, used: NDArray[np.bool_], answers: Mapping[str, Ints], outcomes: Array, *, periods: int,
    within: bool = True,
) -> _Model:  # fmt: skip
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
    return _Model(
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


def _mean(values: Array, group: Ints) -> Array:
    """Mean of each group of sorted codes 0, 1, ..."""
    heads = _heads(group)
    return (
        np.asarray(np.add.reduceat(values, heads) / np.diff(np.append(heads, len(group))))
        if len(heads)
        else values
    )
