"""What no code explains: how much there is of it, and which words are new in it."""

from __future__ import annotations

import pandas as pd

from cxlab.claim import empty_table, estimates, finding
from cxlab.evidence.terms import ALL
from cxlab.evidence.themes import NO_CODE
from cxlab.finding import Check, Estimate, Finding, Message, Value, definition
from cxlab.maths.intervals import wilson
from cxlab.maths.multiplicity import holm
from cxlab.maths.terms import more_often_p
from cxlab.quarter import Quarter
from cxlab.voc.shares import cell, design_effect, made_check, method_of, sample_of, share_of

RULE = "share of texts of five words or more to which no code was given"
SURE = 0.05
MOST_TERMS = 3
NEW_TIMES = 4
"""A new word is at least this many times as common as a year ago."""

FEWEST_READ = 5
"""Comments read that hold a word, below which it is not known whether a code explains it."""


def uncoded(
    counts: pd.DataFrame,
    texts: pd.DataFrame,
    terms: pd.DataFrame,
    *,
    quarter: Quarter,
    level: float = 0.95,
    minimum: int = 10,
    adjudicator: str = "team",
) -> Finding:
    """Share of comments that speak of something no code explains, and the new words in them.

    A word (or two in a row) is shown if it is at least four times as common in this quarter's comments as in the
    same quarter's a year ago, beyond chance by an exact test, Holm over all words, and if no code is
    given to half of the comments read that hold it. What people always say without meaning a theme ("no comment")
    is not new; what the codebook covers is no news.

    Parameters
    ----------
    counts : DataFrame
        ``theme_table(texts, readings, quarters=[quarter])``.
    texts : DataFrame
        ``text_table(texts, readings, quarters=[quarter])``.
    terms : DataFrame
        ``term_table(texts, readings, quarters=[quarter - 4, quarter])``; without the earlier quarter no word can
        be called new.
    quarter : Quarter
        The quarter to answer for.
    minimum : int
        Words in fewer comments are not shown.

    Returns
    -------
    Finding
        ``voc.uncoded``: table: ``term``, ``year_ago`` (its share then), then its share of the quarter's comments;
        n = comments that hold it. Headline: share of comments no code explains; n = texts read.
    """
    sample = sample_of(counts, quarter=quarter, adjudicator=adjudicator)
    rows = counts[(counts["quarter"] == str(quarter)) & (counts["code"] == NO_CODE)]
    whole = cell(texts, quarter=quarter)
    share = None
    if sample.way != "none":
        share = share_of(
            rows, sample=sample, texts=int(whole["texts"]), design_effect=design_effect(whole),
            adjudicator=adjudicator, least=minimum,
        )  # fmt: skip
    rule, method = definition(RULE, way=sample.way), method_of(sample)
    if share is None:
        message = Message("voc.uncoded.nobody_read", {"quarter": quarter})
        return finding(
            "voc.uncoded", about=quarter, rule=rule, headline=None, message=message, shape="number", method=method,
            table=empty_table("term", "year_ago"),
        )  # fmt: skip
    compared = str(quarter - 4) in set(terms["quarter"])
    table = (
        _terms(terms, quarter=quarter, level=level, minimum=minimum)
        if compared
        else empty_table("term", "year_ago")
    )
    low, high = share.ends(level=level)
    headline = Estimate(value=share.share, low=low, high=high, unit="share", n=sample.read, level=level)
    return finding(
        "voc.uncoded", about=quarter, rule=rule, headline=headline, table=table, shape="number",
        message=_said(headline, table, compared=compared), method=Message("voc.method.uncoded"),
        checks=(_compared(compared), made_check(sample)),
    )  # fmt: skip


def _said(share: Estimate, table: pd.DataFrame, *, compared: bool) -> Message:
    values: dict[str, Value] = {"share": share, "n": len(table)}
    if len(table):
        first = table.iloc[0]
        values |= {"term": str(first["term"]), "term_share": float(first["estimate"])}
    case = "new" if len(table) else "nothing_new" if compared else "first"
    return Message(f"voc.uncoded.{case}", values)


def _compared(compared: bool) -> Check:
    name = "voc.check.words_compared" if compared else "voc.check.words_not_compared"
    return Check(name="words", passed=True if compared else None, message=Message(name))


def _terms(terms: pd.DataFrame, *, quarter: Quarter, level: float, minimum: int) -> pd.DataFrame:
    """Words that are new and explained by no code, commonest first, one for each group of texts."""
    names = [name for name in terms if str(name).startswith("code_")]
    now = terms[terms["quarter"] == str(quarter)].set_index("term")
    then = terms[terms["quarter"] == str(quarter - 4)].set_index("term")["texts"]
    every, every_then = float(now["texts"].get(ALL, 0)), float(then.get(ALL, 0))
    found = now[(now["texts"] >= minimum) & (now.index != ALL)]
    before = then.reindex(found.index, fill_value=0).to_numpy(dtype=int)
    if found.empty or not every_then:
        return empty_table("term", "year_ago")
    size = found["texts"].to_numpy(dtype=float)
    newer = holm(more_often_p(size, int(every), before, int(every_then))) < SURE
    newer &= size / every >= NEW_TIMES * before / every_then
    newer &= (2 * found["speaks"] >= found["texts"]).to_numpy()  # "did not answer" is no theme
    explained = found[names].max(axis=1) >= found["read"] / 2 if names else found["read"] < 0
    kept = newer & ~explained.to_numpy() & (found["read"] >= FEWEST_READ).to_numpy()
    low, high = wilson(size, every, level=level)
    tail = estimates(size / every, low, high, size.astype(int))
    table = pd.DataFrame({"term": found.index, "year_ago": before / every_then, **tail})[kept]
    return _apart(table.sort_values(["n", "term"], ascending=[False, True], ignore_index=True))


def _apart(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out a word that is part of, or holds, a commoner one: it counts the same texts."""
    chosen: list[int] = []
    for place, term in enumerate(table["term"]):
        words = set(str(term).split())
        if all(not words & set(str(table["term"][other]).split()) for other in chosen):
            chosen.append(place)
    return table.loc[chosen[:MOST_TERMS]].reset_index(drop=True)
