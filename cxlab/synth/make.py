"""The whole company, chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cxlab.synth import company, office, tables
from cxlab.synth.days import CLOSE, HISTORY_DAYS, OPEN, QUARTERS
from cxlab.synth.lives import History, live
from cxlab.synth.money import Payments, charges, joined_payments
from cxlab.synth.people import People, make_people
from cxlab.synth.recharges import recharges
from cxlab.synth.streams import CHUNK, Purpose, stream
from cxlab.synth.write import Writer

SMALLEST, LARGEST = 2_000, 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What was asked for."""

    customers: int
    seed: int
    calm: bool
    reverse: bool

    @property
    def asked(self) -> float:
        """Share of customers invited to each survey; above a million customers surveys stay a sample."""
        return company.INVITED_SHARE * min(1.0, company.MAX_INVITATIONS_SIZE / self.customers)

    @property
    def money_since(self) -> int:
        """First day with transactions: a quarter before the window, or before the last four quarters."""
        large = self.customers > company.MAX_INVITATIONS_SIZE
        return (_day(QUARTERS[-4]) if large else OPEN) - HISTORY_DAYS


def make_company(
    to: Path,
    *,
    customers: int = 20_000,
    seed: int = 7,
    calm: bool = False,
    reverse: bool = False,
    progress: Callable[[str], None] | None = None,
) -> None:
    """Write the made-up operator's tables as Parquet files into a folder."""
    recipe = Recipe(customers=customers, seed=seed, calm=calm, reverse=reverse)
    with Writer(Path(to)) as writer:
        writer.add("events", office.events(calm=calm))
        for chunk, first in enumerate(range(0, customers, CHUNK)):
            size = min(CHUNK, customers - first)
            if progress is not None:
                progress(f"customers {first + 1:,} to {first + size:,} of {customers:,}")
            people = make_people(first, size, seed=seed, chunk=chunk, calm=calm)
            history = live(people, seed=seed, chunk=chunk, calm=calm, reverse=reverse, asked=recipe.asked)
            _write_people(writer, recipe, people, history, chunk)


def _write_people(writer: Writer, recipe: Recipe, people: People, history: History, chunk: int) -> None:
    rng = stream(recipe.seed, Purpose.NUMBERS, chunk)
    consent = rng.random(people.size) < 0.97
    writer.add("customers", tables.customers(people, number=people.number, consent=consent))
    writer.add("contracts", tables.contracts(people, history, first=writer.rows.get("contracts", 0)))
    payments = _payments(recipe, people, history, chunk)
    seconds = rng.integers(7 * 3600, 22 * 3600, len(payments.who))
    table = tables.transactions(
        people, payments, first=writer.rows.get("transactions", 0), seconds=seconds, loaded=payments.on + 1
    )
    writer.add("transactions", table)


def _payments(recipe: Recipe, people: People, history: History, chunk: int) -> Payments:
    since = recipe.money_since
    parts = [
        make(people, history, seed=recipe.seed, chunk=chunk, since=since, calm=recipe.calm, reverse=recipe.reverse)
        for make in (charges, recharges)
    ]
    paid = joined_payments(parts)
    return paid.taken((paid.on >= since) & (paid.on < CLOSE))


def _day(quarter: object) -> int:
    from cxlab.quarter import Quarter, day_number

    assert isinstance(quarter, Quarter)
    return day_number(quarter.start)
