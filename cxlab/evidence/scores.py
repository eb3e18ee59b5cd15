"""Who was asked, who answered, and what: counts that add.

Everything is read from the prepared table ``responses``, one row per invitation. Of a customer's answers to one
survey in one quarter only the declared one counts (column ``counts``); an anonymous answer is somebody on its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Literal

import ibis
import ibis.expr.types as ir
import pandas as pd

from cxlab.evidence.bucket import bucket_in
from cxlab.maths.net_change import GROUPS
from cxlab.quarter import DAYS_PER_MONTH, Quarter

Measure = Literal["csat", "ces"]

ANSWERS = ("promoters", "passives", "detractors")
LINKS = ("accounts", "net_squares", "net_times_n", "n_squares")
DERIVED = ("touchpoint", "tenure_band")
"""What ``by`` may name beside the columns of ``responses``: ``touchpoint_id`` as its labels are called, and the
band of tenure at the invitation."""
BANDS = (0, 1, 3, 6, 12, 24)
"""Edges of the bands in months; the last is open."""


def score_counts(
    responses: ir.Table, *, by: Sequence[str] = (), kind: str | None = "relationship", bucket: bool = False
) -> pd.DataFrame:
    """Promoters, passives and detractors by quarter.

    Counts of disjoint accounts add.

    Parameters
    ----------
    responses : ibis table
        One row per invitation, as prepared for a study.
    by : sequence of str
        Columns of ``responses`` to count by.
    kind : str or None
        ``"relationship"``, ``"transactional"``, or None for all surveys; scores of the two are never to be pooled.
    bucket : bool
        Add the account bucket, for leave-one-bucket-out intervals.

    Returns
    -------
    DataFrame
        ``quarter`` (text such as 2026Q3), ``by``, [``bucket``], the counts `ANSWERS`, and the sums `LINKS` over
        accounts: how many, of s^2, s k and k^2 with s an account's promoters less detractors and k its answers.
        Integers, sorted.
    """
    _refuse(responses, by=by)
    answers = declared_answers(responses, kind=kind, measure="grp")
    keys = ["quarter_number", *by, *(["bucket"] if bucket else [])]
    if bucket:
        answers = answers.mutate(bucket=bucket_in(answers, answers.account))
    named = {f"{group}s": ibis.ifelse(answers.grp == group, 1, 0).sum() for group in GROUPS[:3]}
    accounts = answers.group_by([*keys, "account"]).agg(**named)
    accounts = accounts.mutate(
        net=accounts.promoters - accounts.detractors,
        k=accounts.promoters + accounts.passives + accounts.detractors,
    )
    sums = {name: accounts[name].sum() for name in ANSWERS} | {
        "accounts": accounts.count(),
        "net_squares": (accounts.net * accounts.net).sum(),
        "net_times_n": (accounts.net * accounts.k).sum(),
        "n_squares": (accounts.k * accounts.k).sum(),
    }
    return by_quarter(accounts.group_by(keys).agg(**sums), keys=keys, counts=[*ANSWERS, *LINKS])


def rating_counts(
    responses: ir.Table, *, measure: Measure, by: Sequence[str] = (), kind: str | None = None
) -> pd.DataFrame:
    """Answers on a scale by quarter, counted by what was chosen: mean, spread and top share follow exactly.

    Parameters
    ----------
    responses : ibis table
        One row per invitation, as prepared for a study.
    measure : {"csat", "ces"}
        Which answer.
    by : sequence of str
        Columns of ``responses`` to count by, such as ``touchpoint``.

    Returns
    -------
    DataFrame
        ``quarter``, ``by``, ``scale_min``, ``scale_max`` (different scales are never pooled), ``value`` and
        ``answers``. Sorted; counts of disjoint customers add.

    Raises
    ------
    ValueError
        If the measure or a column is unknown.
    """
    if measure not in ("csat", "ces"):
        raise ValueError(f"measure must be csat or ces; got {measure!r}")
    _refuse(responses, by=by)
    answers = declared_answers(responses, kind=kind, measure=measure)
    keys = ["quarter_number", *by, "scale_min", "scale_max", "value"]
    answers = answers.mutate(value=answers[measure])
    counted = answers.group_by(keys).agg(answers=answers.count())
    return by_quarter(counted, keys=keys, counts=["answers"])


def pairs(
    responses: ir.Table,
    *,
    quarter: Quarter,
    against: Sequence[Quarter],
    by: Sequence[str] = (),
    kind: str | None = "relationship",
) -> pd.DataFrame:
    """Who answered what in two waves: one row per group of the earlier and of the later wave.

    With ``by`` a customer who changed the group (another plan) is absent from the one and then from the other.

    Parameters
    ----------
    responses : ibis table
        One row per invitation, as prepared for a study.
    quarter : Quarter
        The later wave.
    against : sequence of Quarter
        The earlier waves it is laid beside, one after another.
    by : sequence of str
        Columns of ``responses`` to count by.
    kind : str
        As for `score_counts`.

    Returns
    -------
    DataFrame
        ``against``, ``quarter``, ``by``, ``then``, ``now`` (detractor, passive, promoter, absent) and
        ``customers``. Absent means no counted answer in that wave; absent twice is left out.
    """
    _refuse(responses, by=by)
    answers = declared_answers(responses, kind=kind, measure="grp")
    group = ibis.cases(*((answers.grp == name, place) for place, name in enumerate(GROUPS[:3])))
    answers = answers.mutate(group=group)
    frames = [_two_waves(answers, quarter=quarter, against=each, by=list(by)) for each in against]
    if not frames:
        raise ValueError("pairs needs at least one earlier quarter; got none")
    return pd.concat(frames, ignore_index=True)


def _two_waves(answers: ir.Table, *, quarter: Quarter, against: Quarter, by: list[str]) -> pd.DataFrame:
    wave, absent = answers.quarter_number, len(GROUPS) - 1
    both = answers.filter(wave.isin([against.ordinal, quarter.ordinal])).group_by([*by, "person"])
    met = both.agg(
        then=ibis.ifelse(ibis._.quarter_number == against.ordinal, ibis._.group, None).max().fill_null(absent),
        now=ibis.ifelse(ibis._.quarter_number == quarter.ordinal, ibis._.group, None).max().fill_null(absent),
    )
    counted = met.group_by([*by, "then", "now"]).agg(customers=met.count())
    frame: pd.DataFrame = counted.to_pandas().sort_values([*by, "then", "now"], ignore_index=True)
    for name in ("then", "now"):
        frame[name] = [GROUPS[int(place)] for place in frame[name]]
    frame = frame.assign(against=str(against), quarter=str(quarter))
    return frame[["against", "quarter", *by, "then", "now", "customers"]].astype({"customers": "int64"})


def response_counts(
    responses: ir.Table, *, by: Sequence[str] = (), kind: str | None = "relationship"
) -> pd.DataFrame:
    """Invitations sent, delivered and answered by quarter.

    Parameters
    ----------
    responses : ibis table
        One row per invitation, as prepared for a study.
    by : sequence of str
        Columns of ``responses`` to count by.

    Returns
    -------
    DataFrame
        ``quarter``, ``by``, then ``invited``, ``delivered``, ``answered`` (an answer proves delivery) and
        ``known``: invitations whose delivery is recorded. Sorted; counts add.
    """
    _refuse(responses, by=by)
    asked = _asked(responses, kind=kind)
    keys = ["quarter_number", *by]
    answered = asked.answered_day.notnull()
    counts = {
        "invited": asked.count(),
        "delivered": ibis.ifelse(asked.delivered_day.notnull() | answered, 1, 0).sum(),
        "answered": ibis.ifelse(answered, 1, 0).sum(),
        "known": ibis.ifelse(asked.delivered_day.notnull(), 1, 0).sum(),
    }
    return by_quarter(asked.group_by(keys).agg(**counts), keys=keys, counts=list(counts))


def _refuse(responses: ir.Table, *, by: Sequence[str]) -> None:
    unknown = [name for name in by if name not in (*responses.columns, *DERIVED)]
    if unknown:
        columns = ", ".join((*responses.columns, *DERIVED))
        raise ValueError(f"by names columns of responses ({columns}); got {', '.join(unknown)}")


def _asked(responses: ir.Table, *, kind: str | None) -> ir.Table:
    """Invitations of a kind, in a known quarter, with the band of the tenure they were sent at."""
    asked = responses if kind is None else responses.filter(responses.kind == kind)
    asked = asked.filter(asked.quarter_number.notnull())
    months = asked.tenure_days / DAYS_PER_MONTH
    bands = [(months < edge, code) for edge, code in zip(BANDS[1:], _codes(), strict=False)]
    known = ibis.cases(*bands, else_=f"{BANDS[-1] + 1}+")
    return asked.mutate(touchpoint=asked.touchpoint_id, tenure_band=ibis.ifelse(months.isnull(), "", known))


def _codes() -> list[str]:
    """Months of each closed band counted from one: 1, 2-3, ..."""
    return [str(last) if last == first + 1 else f"{first + 1}-{last}" for first, last in itertools.pairwise(BANDS)]


def declared_answers(responses: ir.Table, *, kind: str | None, measure: str) -> ir.Table:
    """Declared answers that hold the measure; ``person`` and ``account`` as far as they are known."""
    given = _asked(responses, kind=kind)
    given = given.filter(given.counts & given.answered_day.notnull())
    given = given.filter((given.grp != "") if measure == "grp" else given[measure].notnull())
    alone = ibis.literal("response ") + given.response_id
    person = given.customer_id.nullif("").coalesce(alone)
    return given.mutate(person=person, account=given.account_id.nullif("").coalesce(person))


def by_quarter(table: ir.Table, *, keys: list[str], counts: list[str], sums: Sequence[str] = ()) -> pd.DataFrame:
    """Fetch sums, sorted by their keys: the number of the quarter as its text, counts as integers."""
    frame: pd.DataFrame = table.to_pandas()
    frame = frame.sort_values(keys, ignore_index=True)
    numbers = frame.pop("quarter_number")
    frame.insert(0, "quarter", [str(Quarter.numbered(int(number))) for number in numbers])
    frame[counts] = frame[counts].fillna(0).astype("int64")
    frame[list(sums)] = frame[list(sums)].astype("float64")
    return frame[["quarter", *keys[1:], *counts, *sums]]
