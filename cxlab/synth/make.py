"""The whole company, chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from cxlab.synth import company, dirt, effects, friends, office, survey_tables, tables, truth, verbatims
from cxlab.synth.coding import Audit, codings
from cxlab.synth.columns import codes, dates
from cxlab.synth.days import BOUNDS, CLOSE, HISTORY_DAYS, OPEN
from cxlab.synth.lives import NEVER, REASONS, History, live
from cxlab.synth.money import Payments, charges, joined_payments
from cxlab.synth.people import People, make_people
from cxlab.synth.recharges import recharges
from cxlab.synth.streams import CHUNK, Purpose, stream
from cxlab.synth.surveys import Invitations, invitations
from cxlab.synth.truth import Tally, Truth
from cxlab.synth.write import Writer

SMALLEST, LARGEST = 2_000, 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What was asked for."""

    customers: int
    seed: int = 7
    calm: bool = False
    reverse: bool = False

    def __post_init__(self) -> None:
        if not SMALLEST <= self.customers <= LARGEST:
            raise ValueError(f"customers must be {SMALLEST:,} to {LARGEST:,}; got {self.customers:,}")
        if self.seed < 0:
            raise ValueError(f"seed must be 0 or more; got {self.seed}")

    @property
    def sample(self) -> float:
        """Share of the usual survey sample: above a million customers surveys stay a sample."""
        return min(1.0, company.MAX_INVITATIONS_SIZE / self.customers)

    @property
    def money_from(self) -> int:
        """First day of the first quarter with all its transactions: the last four only above a million."""
        return int(BOUNDS[-5]) if self.customers > company.MAX_INVITATIONS_SIZE else OPEN


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Chunk:
    """One chunk's customers and what happened to them."""

    index: int
    people: People
    history: History

    @property
    def place(self) -> dict[str, int]:
        """Which customers of all these are."""
        return {"first": int(self.people.number[0]), "size": self.people.size}


def make_company(
    to: Path,
    *,
    customers: int = 20_000,
    seed: int = 7,
    calm: bool = False,
    reverse: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Truth:
    """Write the made-up operator Cánh Én into a folder: one Parquet file per contract table, and the truth.

    Parameters
    ----------
    to : Path
        Folder; made if missing, tables of the same names are replaced.
    customers : int
        Everyone ever seen, 2,000 to 50 million; about half are active at the close.
    seed : int
        The same seed gives the same tables.
    calm : bool
        No seasons and no events: for recovering parameters.
    reverse : bool
        Falling revenue lowers the score, and the score changes neither money nor leaving (effect 2).
    progress : callable, optional
        Told in a sentence what is being made.

    Returns
    -------
    Truth
        Planted parameters and realised values, also written to ``truth.json``; every spell as it really was
        is in ``truth_spells.parquet``.

    Raises
    ------
    ValueError
        If ``customers`` or ``seed`` is out of range.
    """
    recipe = Recipe(customers=customers, seed=seed, calm=calm, reverse=reverse)
    folder, tally, audit = Path(to), Tally(), Audit()
    with Writer(folder) as writer:
        for name, table in office.team_tables(calm=calm, customers=customers).items():
            writer.add(name, table)
        for index, first in enumerate(range(0, customers, CHUNK)):
            size = min(CHUNK, customers - first)
            if progress is not None:
                progress(f"customers {first + 1:,} to {first + size:,} of {customers:,}")
            _make_chunk(writer, tally, audit, recipe, index, first, size)
        writer.add("codings", codings(audit, seed=seed))
    whole = truth.told(tally, customers=customers, seed=seed, calm=calm, reverse=reverse, since=recipe.money_from,
                       rows=writer.rows)  # fmt: skip
    whole.write(folder / "truth.json")
    return whole


def _make_chunk(
    writer: Writer, tally: Tally, audit: Audit, recipe: Recipe, index: int, first: int, size: int
) -> None:
    people = make_people(first, size, seed=recipe.seed, chunk=index, calm=recipe.calm)
    share = company.INVITED_SHARE * recipe.sample
    history = live(people, seed=recipe.seed, chunk=index, calm=recipe.calm, reverse=recipe.reverse, asked=share)
    chunk = _Chunk(index=index, people=people, history=history)
    tally.lives(people, history)
    _write_people(writer, tally, recipe, chunk)
    _write_surveys(writer, tally, audit, recipe, chunk)
    _write_money(writer, tally, recipe, chunk)


def _write_people(writer: Writer, tally: Tally, recipe: Recipe, chunk: _Chunk) -> None:
    people, history = chunk.people, chunk.history
    rng = stream(recipe.seed, Purpose.NUMBERS, chunk.index)
    number, recycled = dirt.numbers(rng, people, history)
    tally.add("recycled_numbers", recycled)
    consent = rng.random(people.size) < 0.97
    writer.add("customers", tables.customers(people, number=number, consent=consent))
    writer.add("contracts", tables.contracts(people, history, first=writer.rows.get("contracts", 0)))
    writer.add("truth_spells", _true_spells(people, history))
    rng = stream(recipe.seed, Purpose.REFERRALS, chunk.index)
    writer.add("referrals", friends.referrals(people, history, rng=rng, first=writer.rows.get("referrals", 0)))


def _write_surveys(writer: Writer, tally: Tally, audit: Audit, recipe: Recipe, chunk: _Chunk) -> None:
    people, history = chunk.people, chunk.history
    rows = invitations(people, history, seed=recipe.seed, chunk=chunk.index, share=recipe.sample)
    tally.answers(rows)
    tally.measure(effects.surveys(people, history, rows))
    rng = stream(recipe.seed, Purpose.DIRT, chunk.index)
    offset = survey_tables.Offsets(
        responses=int(tally.counts.get("invitations", np.int64(0))),
        interactions=writer.rows.get("interactions", 0),
        cases=writer.rows.get("loop_cases", 0),
    )
    late = dirt.answered_late(rng, rows, count=dirt.part(company.AFTER_CLOSE * recipe.sample, **chunk.place))
    answers = survey_tables.responses(people, rows, late, rng=rng, offset=offset)
    table = answers.take(dirt.doubled(rng, len(answers)))
    tally.add("invitations", len(rows.who))
    tally.add("answered_after_close", (late >= CLOSE).sum())
    tally.add("doubled_responses", len(table) - len(rows.who))
    tally.add("responses_of_nobody", len(table) - _of_somebody(table))
    writer.add("survey_responses", table)
    writer.add("interactions", survey_tables.interactions(people, history, rng=rng, offset=offset))
    writer.add("loop_cases", survey_tables.loop_cases(people, history, rng=rng, offset=offset))
    _write_comments(writer, tally, audit, recipe, chunk, rows, answers)


def _write_comments(
    writer: Writer, tally: Tally, audit: Audit, recipe: Recipe, chunk: _Chunk, rows: Invitations, answers: pa.Table
) -> None:
    english = pa.compute.equal(answers["language"], "en").to_numpy(zero_copy_only=False)
    spoken = verbatims.said(chunk.people, chunk.history, rows, english, seed=recipe.seed, chunk=chunk.index,
                            calm=recipe.calm, reverse=recipe.reverse)  # fmt: skip
    first = writer.rows.get("verbatims", 0)
    writer.add("verbatims", verbatims.table(spoken, answers, first=first))
    writer.add("truth_texts", verbatims.true_texts(spoken, first=first))
    tally.comments(rows, spoken)
    known = pa.compute.less(answers["answered_at"], pa.scalar(CLOSE * 86_400_000_000, pa.timestamp("us")))
    inside = known.fill_null(False).to_numpy(zero_copy_only=False)[spoken.row]
    keys = stream(recipe.seed, Purpose.CODING, 1 + chunk.index).random(len(spoken.row))
    audit.add(keys, np.where(inside, rows.quarter[spoken.row], -1), spoken.comments, spoken.orders, first=first)


def _of_somebody(table: pa.Table) -> int:
    return int(pa.compute.sum(pa.compute.starts_with(table["customer_id"], "c")).as_py() or 0)


def _write_money(writer: Writer, tally: Tally, recipe: Recipe, chunk: _Chunk) -> None:
    payments = _payments(recipe, chunk)
    tally.money(payments)
    tally.measure(effects.money(chunk.people, chunk.history, payments, since=recipe.money_from))
    rng = stream(recipe.seed, Purpose.DIRT, 10_000_000 + chunk.index)
    late = dirt.loaded_late(rng, payments, count=dirt.part(company.LATE_RECHARGES, **chunk.place))
    tally.add("late_recharges", late.sum())
    table = tables.transactions(
        chunk.people,
        payments,
        first=writer.rows.get("transactions", 0),
        seconds=rng.integers(7 * 3600, 22 * 3600, len(payments.who)),
        loaded=payments.on + np.where(late, company.LATE_DAYS, 1),
    )
    writer.add("transactions", table)


def _payments(recipe: Recipe, chunk: _Chunk) -> Payments:
    since = recipe.money_from - HISTORY_DAYS
    parts = [
        make(chunk.people, chunk.history, seed=recipe.seed, chunk=chunk.index, since=since, calm=recipe.calm,
             reverse=recipe.reverse)
        for make in (charges, recharges)
    ]  # fmt: skip
    paid = joined_payments(parts)
    return paid.taken((paid.on >= since) & (paid.on < CLOSE))


def _true_spells(people: People, history: History) -> pa.Table:
    spells = history.spells
    ended = spells.exit != NEVER
    return pa.table(
        {
            "customer_id": tables.customer_ids(people, spells.who),
            "spell": pa.array(spells.spell),
            "start": dates(spells.start),
            "exit": dates(spells.exit, valid=ended),
            "plan": codes(people.plan[spells.who], tables.PLAN_CODES),
            "region": codes(people.region[spells.who], tuple(company.REGIONS)),
            "acq_source": codes(people.source[spells.who], tuple(company.SOURCES)),
            "offer": codes(people.offer[spells.who], tuple(company.OFFERS)),
            "segment": codes(people.number[spells.who] % 2, tables.SEGMENTS),
            "reason": codes(spells.reason, REASONS),
        }
    )
