"""Who was there on the first of each calendar month, and who left within it."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from cxlab.evidence.at_risk import NEVER
from cxlab.evidence.keys import Ints, Keys, packed_rows, stretches, unpacked, word_of
from cxlab.evidence.tally import tallied
from cxlab.quarter import Window, day_number


def monthly_losses(lives: ir.Table, *, window: Window, bucket: bool = False) -> pd.DataFrame:
    """Count the customers at the start of each whole month of the window, and those of them who left in it.

    Who joins within a month is not at risk before the next one; a change of owner is no leaving. The spells are
    read once. Counts of disjoint customers add.

    Parameters
    ----------
    lives : ibis table
        One row per spell, as prepared for a study.
    bucket : bool
        Add the account bucket, for leave-one-bucket-out intervals.

    Returns
    -------
    DataFrame
        ``month`` (its first day, as text such as 2026-07-01), [``bucket``], ``open``, ``lost``. Sorted; empty
        cells left out.
    """
    first = pd.date_range(window.open, window.close, freq="MS")
    days = [day_number(each.date()) for each in first]
    keys = Keys.of(lives, ["bucket"] if bucket else [])
    asked = {**keys.columns(lives), "start": lives.start_day, "exit": ibis.coalesce(lives.exit_day, NEVER),
             "cause": word_of(lives.cause, ["transfer"])}  # fmt: skip
    place_of, sizes = stretches(days), (len(days) + 1, len(days) + 1, 2)

    def made(rows: Mapping[str, Ints]) -> dict[str, Ints]:
        each = [place_of(rows["start"]), place_of(rows["exit"]), rows["cause"] == 1]
        return {"number": packed_rows([*keys.places_in(rows), *each], (*keys.sizes, *sizes))}

    counted = tallied(asked, made, lives)["number"]
    cell, begun, gone, other = unpacked(counted.numbers, (-1, *sizes))
    frames = []
    for place, month in enumerate(first[:-1]):
        there = (begun <= place) & (gone > place)
        left = there & (gone == place + 1) & (other == 0)
        cells, row = np.unique(cell[there | left], return_inverse=True)
        sums = {
            name: np.bincount(row, weights=(counted.counts * who)[there | left]).astype("int64")
            for name, who in (("open", there), ("lost", left))
        }
        names = keys.frame(unpacked(cells, keys.sizes)) if bucket else pd.DataFrame(index=range(len(cells)))
        frames.append(names.assign(month=month.date().isoformat(), **sums))
    columns = ["month", *keys.names, "open", "lost"]
    if not frames:
        return pd.DataFrame({name: pd.Series(dtype="object") for name in columns})
    table = pd.concat(frames, ignore_index=True)[columns]
    return table.sort_values(["month", *keys.names], ignore_index=True)
