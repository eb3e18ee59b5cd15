"""Customers by what they bring, or what their account brings: edges, and the band of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import ibis
import ibis.expr.types as ir

from cxlab.evidence.stock import active_at_close
from cxlab.quarter import Window

Amount = Literal["margin", "revenue"]

SHARES = tuple(sorted({place / 10 for place in range(1, 10)} | {1 / 3, 2 / 3}))
"""Where bands part, as shares of the active customers: tenths and thirds."""


def account_sums(lives: ir.Table, *, window: Window, amount: Amount) -> ir.Table:
    """Add up what the active customers of each shared account bring; worked out once.

    Parameters
    ----------
    lives, window, amount
        As for `value_edges`.

    Returns
    -------
    Table
        ``payer`` (the account), ``together`` (int64, minor units a quarter), ``members``.
    """
    rows, column = active_at_close(lives, window=window), f"{amount}_amount"
    return rows.filter(rows.shared).group_by(payer="account_id").agg(
        together=lambda t: t[column].sum().cast("decimal(38, 0)").cast("int64"), members=lambda t: t.count()
    ).cache()  # fmt: skip


def value_edges(
    lives: ir.Table, *, window: Window, amount: Amount, accounts: ir.Table | None = None
) -> tuple[float, ...]:
    """Values that part the active customers at `SHARES`, minor units a quarter; none where nobody is active.

    The value of a customer is the run-rate of the whole account, because an account leaves as one.

    Parameters
    ----------
    lives : ibis table
        One row per spell, as prepared for a study.
    window : Window
        Only its close is read.
    amount : {"margin", "revenue"}
        Which run-rate.
    accounts : ibis table, optional
        `account_sums` of the same, where they are known.
    """
    found = _valued(lives, window=window, amount=amount, accounts=accounts)
    edges = found.agg(edges=found.value.quantile(list(SHARES))).to_pandas()["edges"].iloc[0]
    return () if edges is None or edges[0] is None else tuple(float(edge) for edge in edges)


def with_value_band(
    lives: ir.Table, *, window: Window, amount: Amount, edges: Sequence[float], accounts: ir.Table | None = None
) -> ir.Table:
    """Keep the active and add how many of the edges their value reaches, and whether they share an account.

    With the same edges, what is counted of disjoint accounts adds.

    Returns
    -------
    Table
        Active spells with ``value_band`` (0 for none) and ``account_kind``: ``shared``, where somebody else active
        has the same account, or ``alone``.
    """
    valued = _valued(lives, window=window, amount=amount, accounts=accounts)
    reached = [ibis.ifelse(valued.value >= edge, 1, 0) for edge in edges]
    return valued.mutate(value_band=sum(reached, ibis.literal(0)).cast("int64")).drop("value")


def _valued(lives: ir.Table, *, window: Window, amount: Amount, accounts: ir.Table | None) -> ir.Table:
    """Active spells with ``value`` and ``account_kind``; only accounts named by others are added up."""
    sums = account_sums(lives, window=window, amount=amount) if accounts is None else accounts
    rows, own = active_at_close(lives, window=window), f"{amount}_amount"
    alone = rows.filter(~rows.shared).mutate(value=rows[own], account_kind=ibis.literal("alone"))
    others = rows.filter(rows.shared)
    both = others.inner_join(sums, others.account_id == sums.payer)
    both = both.mutate(value="together", account_kind=ibis.ifelse(both.members > 1, "shared", "alone"))
    return alone.union(both.select(alone.columns))
