"""Texts and what coders found in them: counts that add.

What is read is the prepared table ``texts``, one row per verbatim, and the team's acts of coding. Texts of
disjoint customers add.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.evidence.bucket import bucket_of
from cxlab.evidence.readings import Readings
from cxlab.quarter import Quarter

NO_CODE = ""
"""Pseudo-code of theme tables: the coder gave no code to a text long enough to speak of something."""

SPEAKS = 5
"""Words from which a text is taken to speak of something: shorter ones are mostly "ok", "no comment", "thanks"."""

TIMES = ("read", "read_twice", "adjudicated")
COUNTS = (*TIMES, "read_squares")

SUMS = ("nps_texts", "nps_sum", "nps_squares", "csat_texts", "csat_sum", "csat_squares")
"""Sums over texts with a score: how many, of s and of s squared; s is -1, 0, 1 by group, or the rating itself."""

Int8s = NDArray[np.int8]


def text_table(
    texts: ir.Table,
    read: Readings,
    *,
    quarters: Sequence[Quarter],
    by: Sequence[str] = (),
    adjudicator: str = "team",
) -> pd.DataFrame:
    """Count texts, and how often those of the random samples were read.

    Parameters
    ----------
    texts : ibis table
        One row per verbatim, as prepared for a study.
    read : Readings
        ``readings(study.codings, codebook=study.codebook)``.
    quarters : sequence of Quarter
        Quarters to count.
    by : sequence of str
        Columns of ``texts`` to count by.
    adjudicator : str
        The coder whose readings settle what the others disagree on.

    Returns
    -------
    DataFrame
        ``quarter`` (text such as 2026Q3), ``by``, ``texts``, ``speaks`` (of `SPEAKS` words or more), ``read`` (by
        one coder or more), ``read_twice``, ``adjudicated``, and ``read_squares``: sum over customers of the square
        of their texts read. Integers, sorted.

    Raises
    ------
    ValueError
        If ``by`` names no column of the texts, or no quarter is asked for.
    """
    rows = _of_quarters(texts, quarters=quarters, by=by)
    keys = ["quarter_number", *by]
    speaks = ibis.ifelse(rows.words >= SPEAKS, 1, 0).sum()
    every = rows.group_by(keys).agg(texts=rows.count(), speaks=speaks).to_pandas()
    found = _times_read(read_rows(texts, read, quarters=quarters, columns=by), read, adjudicator=adjudicator)
    people = found.groupby([*keys, "person"], as_index=False)[list(TIMES)].sum()
    counts = people.assign(read_squares=people["read"] ** 2).groupby(keys, as_index=False)[list(COUNTS)].sum()
    table = every.merge(counts, on=keys, how="left")
    whole = ["texts", "speaks", *COUNTS]
    return _named(table.fillna(dict.fromkeys(COUNTS, 0)).astype(dict.fromkeys(whole, "int64")), quarters, keys=by)


def _times_read(rows: pd.DataFrame, read: Readings, *, adjudicator: str) -> pd.DataFrame:
    """Mark which of the rows were read, read twice, adjudicated."""
    seen = (read.found[rows["place"].to_numpy(dtype=int)] >= 0).any(axis=2)
    settled = np.array([coder == adjudicator for coder in read.coders], dtype=bool)
    twice = seen[:, ~settled].sum(axis=1) >= 2
    judged = seen[:, settled].any(axis=1)
    return rows.assign(read=1, read_twice=twice.astype(int), adjudicated=judged.astype(int))


def theme_table(
    texts: ir.Table,
    read: Readings,
    *,
    quarters: Sequence[Quarter],
    by: Sequence[str] = (),
    bucket: bool = False,
) -> pd.DataFrame:
    """Count texts of the random samples by what each coder found in them, code by code.

    Parameters
    ----------
    texts : ibis table
        One row per verbatim, as prepared for a study.
    read : Readings
        ``readings(study.codings, codebook=study.codebook)``.
    quarters : sequence of Quarter
        Quarters to count.
    by : sequence of str
        Columns of ``texts`` to count by.
    bucket : bool
        Add the account bucket, for leave-one-bucket-out intervals.

    Returns
    -------
    DataFrame
        ``code`` (`NO_CODE` = no code was given), ``quarter``, ``by``, [``bucket``], ``scale_max`` (of the
        rating, 0 without one: scales are never pooled), ``read_<coder>`` (1 found,
        0 not, -1 not read) for every coder, ``texts``, then `SUMS`. Sorted; empty cells left out.

    Raises
    ------
    ValueError
        If ``by`` names no column of the texts, or no quarter is asked for.
    """
    rows = read_rows(
        texts, read, quarters=quarters, columns=[*by, "words", "grp", "csat", "scale_max"], bucket=bucket
    )
    rows["scale_max"] = rows["scale_max"].astype("float64").fillna(0.0)
    keys = ["quarter_number", *by, *(["bucket"] if bucket else []), "scale_max"]
    score = rows["grp"].map({"promoter": 1.0, "passive": 0.0, "detractor": -1.0})
    rating = rows["csat"].astype("float64")
    counted = rows[keys].assign(texts=1)
    for name, of in (("nps", score), ("csat", rating)):
        counted[f"{name}_texts"], counted[f"{name}_sum"] = of.notna().astype(int), of.fillna(0.0)
        counted[f"{name}_squares"] = of.fillna(0.0) ** 2
    found = read.found[rows["place"].to_numpy(dtype=int)]
    coders = [f"read_{coder}" for coder in read.coders]
    frames = []
    for code, column in [(NO_CODE, _no_code(found, rows["words"].to_numpy() >= SPEAKS)), *_columns(read, found)]:
        pattern = pd.DataFrame(column, columns=coders, index=rows.index)
        part = pd.concat([counted, pattern], axis=1)[(column >= 0).any(axis=1)]
        sums = part.groupby([*keys, *coders], as_index=False)[["texts", *SUMS]].sum()
        frames.append(sums.assign(code=code))
    counts = pd.concat(frames, ignore_index=True)
    table = _named(counts, quarters, keys=["code", *keys[1:], *coders])
    return table[["code", "quarter", *keys[1:], *coders, "texts", *SUMS]]


def read_rows(
    texts: ir.Table,
    read: Readings,
    *,
    quarters: Sequence[Quarter],
    columns: Sequence[str],
    bucket: bool = False,
) -> pd.DataFrame:
    """Return the texts that were read, with ``place`` (their row in ``read.found``) and ``person``.

    People read few texts: these rows fit into memory however many texts there are.
    """
    rows = _of_quarters(texts, quarters=quarters, by=columns)
    person = rows.customer_id.nullif("").coalesce(rows.verbatim_id)
    rows = rows.mutate(person=person)
    if bucket:
        rows = rows.mutate(bucket=bucket_of(rows.account_id.nullif("").coalesce(person)))
    wanted = ibis.memtable(
        pd.DataFrame({"verbatim_id": list(read.texts), "place": range(len(read.texts))}),
        schema=ibis.schema({"verbatim_id": "string", "place": "int64"}),
    )
    kept = ["quarter_number", *columns, "person", *(["bucket"] if bucket else [])]
    frame: pd.DataFrame = rows.inner_join(wanted, "verbatim_id")[["place", *dict.fromkeys(kept)]].to_pandas()
    return frame.sort_values("place", ignore_index=True)


def _columns(read: Readings, found: Int8s) -> list[tuple[str, Int8s]]:
    return [(code, found[:, :, number]) for number, code in enumerate(read.codes)]


def _no_code(found: Int8s, speaks: NDArray[np.bool_]) -> Int8s:
    """Readings of `NO_CODE`, (texts, coders): nothing found in a text that speaks."""
    seen = (found >= 0).any(axis=2)
    nothing = ~(found == 1).any(axis=2) & speaks[:, None]
    return np.where(seen, nothing.astype(np.int8), np.int8(-1)).astype(np.int8)


def _of_quarters(texts: ir.Table, *, quarters: Sequence[Quarter], by: Sequence[str]) -> ir.Table:
    if not quarters:
        raise ValueError("texts are counted by quarter: name one at least; got none")
    unknown = [name for name in by if name not in texts.columns]
    if unknown:
        raise ValueError(f"by names columns of texts ({', '.join(texts.columns)}); got {', '.join(unknown)}")
    return texts.filter(texts.quarter_number.isin([quarter.ordinal for quarter in quarters]))


def _named(table: pd.DataFrame, quarters: Sequence[Quarter], *, keys: Sequence[str]) -> pd.DataFrame:
    names = {quarter.ordinal: str(quarter) for quarter in quarters}
    table.insert(0, "quarter", table.pop("quarter_number").map(names))
    first = [key for key in keys if key == "code"]
    return table.sort_values([*first, "quarter", *(key for key in keys if key != "code")], ignore_index=True)
