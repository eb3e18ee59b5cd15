"""Acts of coding turned into readings: which coder read which text, and which codes were found in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

NOTHING = ("", "none")
"""Codes of an act that says: read, and nothing found."""

RANDOM = ("random", "census")
"""What the name of a sample design begins with where every text had a known chance; others give no share."""

NEEDED = ("event_id", "verbatim_id", "code_id", "coder_id")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Readings:
    """Texts of the random samples, coders and codes.

    Parameters
    ----------
    texts : tuple of str
        ``verbatim_id`` of every text read.
    coders, codes : tuple of str
        In order.
    found : (texts, coders, codes) array of int8
        1 = the coder found it, 0 = read and did not, -1 = did not read, or the code was not in the codebook used.
    tone : (texts, codes) array of int8
        Acts that call what is said of the code positive less those that call it negative.
    barred : int
        Acts that give no share: not by a person, or on texts that were searched for.
    """

    texts: tuple[str, ...]
    coders: tuple[str, ...]
    codes: tuple[str, ...]
    found: NDArray[np.int8]
    tone: NDArray[np.int8]
    barred: int


def readings(codings: pd.DataFrame, *, codebook: pd.DataFrame, codes: Sequence[str] | None = None) -> Readings:
    """Read the acts of coding: undone ones taken back, old codes renamed, searched or machine-made ones barred.

    A coder has read a text if any act of hers on it stands; a code she did not give it is then a no, provided the
    codebook she used held that code.

    Parameters
    ----------
    codings : DataFrame
        Table ``codings``: one row per act.
    codebook : DataFrame
        Table ``codebook``: one row per code and version.
    codes : sequence of str, optional
        Codes asked about; all in use, unless told.

    Raises
    ------
    ValueError
        If the codings lack a column.
    """
    missing = [name for name in NEEDED if name not in codings]
    if missing:
        given = ", ".join(map(str, codings.columns))
        raise ValueError(f"codings need {', '.join(NEEDED)}; {', '.join(missing)} not among {given}")
    acts = _standing(codings)
    by_chance = _by_chance(acts)
    acts, barred = acts[by_chance], int((~by_chance).sum())
    acts = acts.assign(code_id=_renamed(acts["code_id"], codebook))
    since = _since(codebook)
    held = tuple(sorted(set(since) | (set(acts["code_id"]) - set(NOTHING)))) if codes is None else tuple(codes)
    texts = pd.Index(sorted(acts["verbatim_id"].unique()))
    coders = pd.Index(sorted(acts["coder_id"].unique()))
    return Readings(
        texts=tuple(texts), coders=tuple(coders), codes=held, barred=barred,
        found=_laid(acts, texts=texts, coders=coders, codes=held, since=since),
        tone=_tone(acts, texts=texts, codes=held),
    )  # fmt: skip


def mostly_given(found: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Whether at least half of those who read a text gave it a code, (texts, codes).

    >>> mostly_given(np.array([[[1, 0], [0, 0], [-1, -1]]])).tolist()
    [[True, False]]
    """
    gave, read = (found == 1).sum(axis=1), (found >= 0).sum(axis=1)
    return np.asarray((gave > 0) & (2 * gave >= read))


def _laid(
    acts: pd.DataFrame, *, texts: pd.Index, coders: pd.Index, codes: tuple[str, ...], since: dict[str, int]
) -> NDArray[np.int8]:
    found = np.full((len(texts), len(coders), len(codes)), -1, dtype=np.int8)
    row, column = texts.get_indexer(pd.Index(acts["verbatim_id"])), coders.get_indexer(pd.Index(acts["coder_id"]))
    version = _version(acts)
    place = pd.Index(codes).get_indexer(pd.Index(acts["code_id"]))
    for number, code in enumerate(codes):
        known = version >= since.get(code, 0)
        found[row[known], column[known], number] = 0
    given = place >= 0
    found[row[given], column[given], place[given]] = 1
    return found


def _tone(acts: pd.DataFrame, *, texts: pd.Index, codes: tuple[str, ...]) -> NDArray[np.int8]:
    tone = np.zeros((len(texts), len(codes)), dtype=np.int8)
    if "polarity" in acts:
        signs = acts["polarity"].map({"positive": 1, "negative": -1}).fillna(0).to_numpy(dtype=np.int8)
        place = pd.Index(codes).get_indexer(pd.Index(acts["code_id"]))
        given = place >= 0
        np.add.at(tone, (texts.get_indexer(pd.Index(acts["verbatim_id"]))[given], place[given]), signs[given])
    return tone


def _standing(codings: pd.DataFrame) -> pd.DataFrame:
    """Acts that nothing standing takes back; an act of undoing says nothing else."""
    if "undoes" not in codings:
        return codings
    undoing = codings[codings["undoes"].fillna("") != ""]
    if "at" in undoing:
        undoing = undoing.sort_values(["at", "event_id"], kind="stable")
    taken_back: set[str] = set()
    for event, of in zip(undoing["event_id"][::-1], undoing["undoes"][::-1], strict=True):
        if event not in taken_back:
            taken_back.add(of)
    stands = ~codings["event_id"].isin(taken_back | set(undoing["event_id"]))
    said_no = codings["value"].eq(False).fillna(False) if "value" in codings else pd.Series(False, codings.index)
    return codings[stands].assign(code_id=codings["code_id"].fillna("").mask(said_no.astype(bool), ""))


def _by_chance(acts: pd.DataFrame) -> pd.Series[bool]:
    person = pd.Series(True, acts.index)
    if "origin" in acts:
        person = acts["origin"].fillna("human").replace("", "human").eq("human")
    if "sample_design" not in acts:
        return person & False
    return person & acts["sample_design"].fillna("").str.startswith(RANDOM)


def _renamed(code: pd.Series[str], codebook: pd.DataFrame) -> pd.Series[str]:
    """Codes that were replaced, by what replaced them."""
    if "replaced_by" not in codebook:
        return code
    new = codebook[codebook["replaced_by"].fillna("") != ""]
    return code.replace(dict(zip(new["code_id"], new["replaced_by"], strict=True)))


def _since(codebook: pd.DataFrame) -> dict[str, int]:
    """First version of the codebook that holds each code; those replaced or not assignable left out."""
    rows = codebook
    if "replaced_by" in rows:
        rows = rows[rows["replaced_by"].fillna("") == ""]
    version = pd.to_numeric(rows["version"], errors="coerce").fillna(0) if "version" in rows else 0
    first = rows.assign(version=version).groupby("code_id")["version"].min()
    return {str(code): int(number) for code, number in first.items() if code not in NOTHING}


def _version(acts: pd.DataFrame) -> NDArray[np.int64]:
    """Version each act went by; the newest where none is told."""
    if "codebook_version" not in acts:
        return np.full(len(acts), np.iinfo(np.int64).max)
    given = pd.to_numeric(acts["codebook_version"], errors="coerce")
    return given.fillna(np.iinfo(np.int32).max).to_numpy(dtype=np.int64)
