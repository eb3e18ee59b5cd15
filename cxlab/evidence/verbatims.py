"""The texts of the random samples themselves, with what was found in them: what quotes are chosen from."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from cxlab.evidence.readings import Readings, mostly_given
from cxlab.evidence.themes import SPEAKS, read_rows
from cxlab.quarter import Quarter

UNCODED = "uncoded"
"""Theme of a text that speaks of something no code explains."""

UNREAD = "unread"
"""Theme of a text nobody has read."""

SCORE_GROUPS = ("detractor", "passive", "promoter")
"""Take the place of themes where nobody has read the texts."""

MOST_TEXTS = 5_000
"""Unread texts of a quarter that quotes are chosen from: all, or as many with the lowest hashes."""

COLUMNS = (
    "text_hash", "text", "language", "words", "grp", "nps", "csat", "plan", "tenure_days",
)  # fmt: skip


def read_texts(texts: ir.Table, read: Readings, *, quarter: Quarter) -> pd.DataFrame:
    """Return texts of a quarter, those read once for every theme all who read them agree on.

    Where texts were read by more than one, a theme one reader alone found is left out: it may be a slip. Where
    nobody has read any, the texts by group of their score. Texts were redacted when they were loaded; no id of a
    person is among the columns.

    Parameters
    ----------
    texts : ibis table
        One row per verbatim, as prepared for a study.
    read : Readings
        ``readings(study.codings, codebook=study.codebook)``.
    quarter : Quarter
        The quarter.

    Returns
    -------
    DataFrame
        ``theme`` (a code, `UNCODED` where nobody gave any to a text of five words or more, `UNREAD`; else one of
        `SCORE_GROUPS`), ``tone`` (1 positive, -1 negative, 0 not said), ``alone`` (it names nothing else), then
        the columns of the prepared texts ``text_hash, text, language, words, grp, nps, csat, plan, tenure_days``.
        Sorted by theme and hash, so that the order tells nothing of when or by whom.
    """
    if not read.texts:
        return _by_score(texts, quarter=quarter)
    rows = read_rows(texts, read, quarters=[quarter], columns=COLUMNS)
    times = (read.found[rows["place"].to_numpy(dtype=int)] >= 0).any(axis=2).sum(axis=1)
    enough = times >= min(2, times.max(initial=0))
    place = rows["place"].to_numpy(dtype=int)
    found = read.found[place]
    agreed = (found == 1).any(axis=1) & ~(found == 0).any(axis=1) & enough[:, None]
    text, code = np.nonzero(agreed)
    parts = [
        rows.iloc[text].assign(
            theme=np.array(read.codes, dtype=object)[code],
            tone=np.sign(read.tone[place[text], code]),
            alone=mostly_given(found).sum(axis=1)[text] == 1,
        )
    ]
    nothing = ~(found == 1).any(axis=(1, 2)) & (rows["words"].to_numpy() >= SPEAKS)
    parts.append(rows[nothing].assign(theme=UNCODED, tone=0, alone=True))
    parts.append(_unread(texts, read, quarter=quarter))
    frame = pd.concat(parts, ignore_index=True)
    return frame.sort_values(["theme", "text_hash"], ignore_index=True)[["theme", "tone", "alone", *COLUMNS]]


def _unread(texts: ir.Table, read: Readings, *, quarter: Quarter) -> pd.DataFrame:
    """Texts of the quarter nobody has read."""
    seen = ibis.memtable(
        pd.DataFrame({"verbatim_id": list(read.texts)}), schema=ibis.schema({"verbatim_id": "string"})
    )
    rows = texts.filter(texts.quarter_number == quarter.ordinal).anti_join(seen, "verbatim_id")
    frame: pd.DataFrame = rows.order_by("text_hash").limit(MOST_TEXTS).select(*COLUMNS).to_pandas()
    return frame.assign(theme=UNREAD, tone=0, alone=False)


def _by_score(texts: ir.Table, *, quarter: Quarter) -> pd.DataFrame:
    rows = texts.filter(texts.quarter_number == quarter.ordinal, texts.grp != "")
    frame: pd.DataFrame = rows.order_by("text_hash").limit(MOST_TEXTS).select(*COLUMNS).to_pandas()
    frame = frame.assign(theme=frame["grp"], tone=0, alone=True)
    return frame.sort_values(["theme", "text_hash"], ignore_index=True)[["theme", "tone", "alone", *COLUMNS]]
