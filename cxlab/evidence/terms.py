"""How many texts hold a word or two words in a row, whatever their marks and capitals."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from cxlab.evidence.readings import Readings, mostly_given
from cxlab.evidence.themes import SPEAKS
from cxlab.quarter import Quarter

ALL = ""
"""Pseudo-term of a term table: every text."""

MOST_TEXTS = 20_000
"""Texts of a quarter whose words are counted: all, or as many with the lowest hashes, which is a random part."""

FEWEST_TEXTS = 3
"""Terms in fewer texts of all quarters together are left out."""

_WORD = re.compile(r"[^\W\d_]+")


def folded(text: str) -> str:
    """Text in small letters without marks, so that "Chuyển eSIM" and "chuyen esim" are one.

    >>> folded("Chuyển eSIM, ĐỔI máy")
    'chuyen esim, doi may'
    """
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def terms_of(text: str) -> set[str]:
    """Return the words of a text, and each two in a row, folded.

    >>> sorted(terms_of("Đổi sim mới"))
    ['doi', 'doi sim', 'moi', 'sim', 'sim moi']
    """
    words = _WORD.findall(folded(text))
    return set(words) | {f"{one} {two}" for one, two in itertools.pairwise(words)}


def term_table(texts: ir.Table, read: Readings, *, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Count texts by the terms they hold.

    Counts of disjoint texts add, but for the rare terms left out.

    Parameters
    ----------
    texts : ibis table
        One row per verbatim, as prepared for a study.
    read : Readings
        ``readings(study.codings, codebook=study.codebook)``.
    quarters : sequence of Quarter
        Quarters to count.

    Returns
    -------
    DataFrame
        ``term`` (`ALL` = every text), ``quarter``, ``texts``, ``speaks`` (those of `SPEAKS` words or more),
        ``read`` (of a random sample), and ``code_<code>`` for every code: those read to which at least half of
        their readers gave it. Integers, sorted.
    """
    place = {text: number for number, text in enumerate(read.texts)}
    given = mostly_given(read.found)
    names = [f"code_{code}" for code in read.codes]
    frames = []
    for quarter in quarters:
        counts = {name: Counter[str]() for name in ("texts", "speaks", "read", *names)}
        for verbatim, text, words in _of(texts, quarter):
            terms = terms_of(text) | {ALL}
            counts["texts"].update(terms)
            if words >= SPEAKS:
                counts["speaks"].update(terms)
            number = place.get(verbatim)
            if number is not None:
                counts["read"].update(terms)
                for code in np.flatnonzero(given[number]):
                    counts[names[code]].update(terms)
        frames.append(pd.DataFrame(counts).rename_axis("term").reset_index().assign(quarter=str(quarter)))
    table = pd.concat(frames, ignore_index=True).fillna(0)
    whole = ["texts", "speaks", "read", *names]
    table[whole] = table[whole].astype("int64")
    common = table.groupby("term")["texts"].transform("sum") >= FEWEST_TEXTS
    kept = table[common | (table["term"] == ALL)]
    return kept.sort_values(["term", "quarter"], ignore_index=True)[["term", "quarter", *whole]]


def _of(texts: ir.Table, quarter: Quarter) -> Iterable[tuple[str, str, int]]:
    """Return id, text and number of words."""
    rows = texts.filter(texts.quarter_number == quarter.ordinal).order_by("text_hash", "verbatim_id")
    frame = rows.limit(MOST_TEXTS).select("verbatim_id", "text", "words").to_pandas()
    return zip(frame["verbatim_id"], frame["text"], frame["words"], strict=True)
