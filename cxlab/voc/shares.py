"""From counts of readings to the honest share of a theme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.claim import needs
from cxlab.finding import Check, Message, Value
from cxlab.maths.prevalence import Prevalence, adjudicated, as_coded, from_labels
from cxlab.quarter import Quarter

Way = Literal["adjudicated", "coded", "judged", "none"]
Array = NDArray[np.float64]

FEWEST_JUDGED = 30
"""Adjudicated texts in a quarter below which the coders are taken at their word, and that is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Who read a quarter's random sample, and how its shares are made.

    Parameters
    ----------
    way : {"adjudicated", "coded", "judged", "none"}
        One coder corrected by the adjudicated part; the mean of the coders, none of whom was adjudicated; the
        adjudicator alone; nobody.
    coders : tuple of str
        Those whose readings enter.
    read, judged : int
        Texts read by the first coder, and adjudicated.
    """

    way: Way
    coders: tuple[str, ...]
    read: int
    judged: int


def coders_of(counts: pd.DataFrame, *, adjudicator: str) -> list[str]:
    """Coders of a theme table, the adjudicator left out."""
    names = [str(name).removeprefix("read_") for name in counts.columns if str(name).startswith("read_")]
    return [name for name in names if name != adjudicator]


def sample_of(counts: pd.DataFrame, *, quarter: Quarter, adjudicator: str) -> Sample:
    """Who read the sample of a quarter.

    Raises
    ------
    ValueError
        If the counts are no theme table.
    """
    needs(counts, "code", "quarter", "texts", source="theme_table(texts, readings, quarters=...)")
    rows = counts[counts["quarter"] == str(quarter)]
    rows = rows[rows["code"] == (rows["code"].iloc[0] if len(rows) else "")]
    read = {coder: _read_by(rows, coder) for coder in coders_of(counts, adjudicator=adjudicator)}
    first = max(read, key=lambda coder: read[coder]) if read else ""
    judged = _read_by(rows, adjudicator)
    if not any(read.values()):
        return Sample(way="judged" if judged else "none", coders=(adjudicator,), read=judged, judged=judged)
    if judged >= FEWEST_JUDGED:
        return Sample(way="adjudicated", coders=(first,), read=read[first], judged=judged)
    coders = tuple(coder for coder in read if read[coder])
    seen = int(rows.loc[(rows[[f"read_{coder}" for coder in coders]] >= 0).any(axis=1), "texts"].sum())
    return Sample(way="coded", coders=coders, read=seen, judged=judged)


def comparable(now: Sample, before: Sample) -> bool:
    """Whether two quarters' shares are made alike, so that their difference is one of customers."""
    same = now.way == before.way != "none"
    return same and (now.way != "coded" or now.coders == before.coders)


def _read_by(rows: pd.DataFrame, coder: str) -> int:
    name = f"read_{coder}"
    return int(rows.loc[rows[name] >= 0, "texts"].sum()) if name in rows else 0


def share_of(
    rows: pd.DataFrame, *, sample: Sample, texts: int, design_effect: float = 1.0, adjudicator: str, least: int = 2
) -> Prevalence | None:
    """Share of one theme in one cell; None where fewer than ``least`` texts of the kind needed were read.

    Parameters
    ----------
    rows : DataFrame
        Rows of the theme table: one code, one quarter, one group.
    sample : Sample
        How shares of the quarter are made; every cell of it is made alike.
    texts : int
        All texts of the cell, read or not.
    """
    read = readings_of(rows, sample=sample, adjudicator=adjudicator)
    judged = int(read.counts[~np.isnan(read.judged)].sum())
    n = int(read.counts.sum())
    if n < least or (sample.way == "adjudicated" and judged < max(least, 2)):
        return None
    if sample.way == "adjudicated":
        return adjudicated(
            read.coded, read.judged, counts=read.counts, texts=max(texts, n), design_effect=design_effect
        )
    if sample.way == "judged":
        return from_labels(float(read.counts @ read.coded), n, design_effect=design_effect)
    coders = len(sample.coders)
    return as_coded(read.coded, counts=read.counts, coders=coders, design_effect=design_effect)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Read:
    """Patterns of readings: what was coded (mean of the coders), what was judged (NaN: not), how many texts."""

    coded: Array
    judged: Array
    counts: Array


def readings_of(rows: pd.DataFrame, *, sample: Sample, adjudicator: str) -> Read:
    """Lay rows of a theme table out as coded and judged; texts none of the sample's coders read are left out."""
    given = rows[[f"read_{coder}" for coder in sample.coders]].to_numpy(dtype=float)
    given = np.where(given < 0, np.nan, given)
    seen = ~np.isnan(given).all(axis=1)
    coded = np.nansum(given, axis=1)[seen] / np.maximum((~np.isnan(given)).sum(axis=1)[seen], 1)
    judged = np.full(int(seen.sum()), np.nan)
    if sample.way == "adjudicated":
        settled = rows[f"read_{adjudicator}"].to_numpy(dtype=float)[seen]
        judged = np.where(settled < 0, np.nan, settled)
    return Read(coded=coded, judged=judged, counts=rows["texts"].to_numpy(dtype=float)[seen])


def cell(texts: pd.DataFrame, *, quarter: Quarter, **of: str) -> Mapping[Any, Any]:
    """Return the row of a text table for a quarter and group; zeros where there is none."""
    rows = texts[texts["quarter"] == str(quarter)]
    for name, code in of.items():
        rows = rows[rows[name] == code]
    if rows.empty:
        return {"texts": 0, "speaks": 0, "read": 0, "read_twice": 0, "adjudicated": 0, "read_squares": 0}
    return rows.iloc[0].to_dict()


def design_effect(row: Mapping[Any, Any]) -> float:
    """Largest variance that texts of one customer can add: sum of squares over sum of texts a customer wrote."""
    return max(1.0, row["read_squares"] / row["read"]) if row["read"] else 1.0


def method_of(sample: Sample) -> Message:
    """How the shares of a quarter are made, in words."""
    values: dict[str, Value] = {"read": sample.read, "judged": sample.judged, "coders": len(sample.coders)}
    return Message(f"voc.method.{sample.way}", values)


def made_check(sample: Sample) -> Check:
    """Say whether the coders' own errors are in the interval."""
    values: Mapping[str, Value] = {"read": sample.read, "judged": sample.judged, "n": len(sample.coders)}
    passed = None if sample.way == "coded" else True
    return Check(name="human_error", passed=passed, message=Message(f"voc.check.{sample.way}", values))
