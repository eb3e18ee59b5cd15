"""In their words: a typical, a contrary and a new comment, chosen by rule and never by hand."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.claim import empty_table, finding
from cxlab.evidence.terms import folded, terms_of
from cxlab.evidence.verbatims import SCORE_GROUPS, UNCODED, UNREAD
from cxlab.finding import Estimate, Finding, Label, Message, Value, definition
from cxlab.quarter import Quarter
from cxlab.redact import suggested_names

SHORTEST, LONGEST = 4, 40
"""Words of a comment that may be quoted."""

BEST = (6, 30)
"""Words of the comments taken first: long enough to say something, short enough to be read."""

CLOSEST = 5
"""The quote is drawn among this many comments nearest to what the others say, so that the seed has a choice."""

SHOWN = ("kind", "theme", "text", "language", "grp", "plan", "tenure", "verbatim")
RULE = "comments nearest to what others say of the theme, by shared words"

_STRANGE = re.compile(r"[<>{}\[\]|\\`=;$^~*#@_█]|https?:|www\.|\d{5,}|(.)\1{4,}|^[+\-=@]")
_SOMEBODY = re.compile(
    r"\b(ten|ong|ba|my name|this is|address|live at|dia chi|nha (toi|minh) (so|o so)|ngach|khu pho)\b"
    r"|\b(so|sn|ngo|hem|to|no\.?) ?\d"
)
"""Folded words that go before a name or a place where somebody lives."""

_WORD = re.compile(r"[^\W\d_]+")


def quotes(
    texts: pd.DataFrame,
    named: Finding,
    uncoded: Finding | None = None,
    *,
    quarter: Quarter,
    minimum: int = 10,
    themes: int = 3,
    seed: int = 1,
) -> Finding:
    """Quote a typical and a contrary comment on each of the first themes, and one no code explains.

    Parameters
    ----------
    texts : DataFrame
        ``read_texts(texts, readings, quarter=quarter)``: redacted texts, no id of a person.
    named : Finding
        ``voc.themes``: the theme its sentence speaks of is quoted first, then the others in their order. Where it
        has none, because nobody has read the texts, groups of the score are quoted instead.
    uncoded : Finding, optional
        ``voc.uncoded``: the new quote holds one of its words; without words no quote is called new.
    quarter : Quarter
        The quarter to answer for.
    minimum : int
        Themes found in fewer comments are not quoted; a plan that fewer of the comments come from is not named.
    themes : int
        How many themes are quoted.
    seed : int
        Another seed may choose another of the comments that are equally fit.

    Returns
    -------
    Finding
        ``voc.quotes``: table: ``kind`` (typical, contrary, new), ``theme``, ``text`` in its own language,
        ``language``, ``grp`` (of the score), ``plan``, ``tenure`` (a band), ``verbatim`` (hash of the text); the
        estimate is the score given, missing where there was none; n = comments on the theme. Headline: comments
        fit to be quoted.
    """
    fit = texts[[quotable(str(text)) for text in texts["text"]]] if len(texts) else texts
    fit = _unnamed_plans(fit.drop_duplicates(["theme", "text"]).reset_index(drop=True), minimum=minimum)
    rng = np.random.default_rng(seed)
    rows: list[dict[str, object]] = []
    for theme in _order(named)[:themes]:
        n = int((texts["theme"] == theme).sum())
        if n >= minimum:
            rows += _of_theme(fit[fit["theme"] == theme], n=n, rng=rng)
    new = set() if uncoded is None else {str(term) for term in uncoded.table["term"]}
    rest = fit[fit["theme"].isin([UNCODED, UNREAD])]
    rest = rest[[bool(terms_of(str(text)) & new) for text in rest["text"]]]
    if uncoded is not None and len(rest):
        rows.append(
            _quoted("new", rest.assign(theme=UNCODED), _weights(rest), n=int(uncoded.table["n"].iloc[0]), rng=rng)
        )
    rule, method = definition(RULE, seed=seed, themes=themes), Message("voc.method.quotes")
    if not rows:
        return finding(
            "voc.quotes", about=quarter, rule=rule, headline=None, table=empty_table(*SHOWN), shape="number",
            message=Message("voc.quotes.none", {"least": minimum}), method=method,
        )  # fmt: skip
    n = int(fit.loc[fit["theme"] != UNREAD, "text_hash"].nunique())
    headline = Estimate(value=n, low=n, high=n, unit="count", n=n)
    values: dict[str, Value] = {"n": n, "quarter": quarter}
    return finding(
        "voc.quotes", about=quarter, rule=rule, headline=headline, message=Message("voc.quotes", values),
        table=pd.DataFrame(rows)[[*SHOWN, "estimate", "low", "high", "n"]], shape="number", method=method,
    )  # fmt: skip


def quotable(text: str) -> bool:
    """Whether a comment may stand on a page: of fit length, of words, nothing strange, struck out or personal.

    What may be a name or an address is left out with some that are none: there are comments enough.

    >>> quotable("Tăng giá mà không báo trước một tiếng."), quotable("ok"), quotable("<b>hi there you all</b>")
    (True, False, False)
    """
    words = _WORD.findall(text)
    if not SHORTEST <= len(text.split()) <= LONGEST or len(words) < SHORTEST or _STRANGE.search(text):
        return False
    if _SOMEBODY.search(folded(text)) or suggested_names(text):
        return False
    letters = sum(letter.isalpha() or letter.isspace() for letter in text) / len(text)
    return letters >= 0.75 and not any(len(word) > 20 or _noise(word) for word in words)


def _order(named: Finding) -> list[str]:
    """Themes as they are quoted, tentative ones last; groups of the score where no theme is known."""
    first = named.message.values.get("group")
    weak = named.table["gate"].isin(["tentative", "failed"])
    codes = [str(code) for code in [*named.table["theme"][~weak], *named.table["theme"][weak]]]
    if not codes:
        return list(SCORE_GROUPS)
    leading = [first.code] if isinstance(first, Label) and first.code in codes else []
    return leading + [code for code in codes if code not in leading]


def _noise(word: str) -> bool:
    """Whether a word is keys hit at random: five consonants in a row."""
    return re.search(r"[bcdfghjklmnpqrstvwxz]{5}", folded(word)) is not None


def _unnamed_plans(fit: pd.DataFrame, *, minimum: int) -> pd.DataFrame:
    people = fit.drop_duplicates("text_hash")["plan"].value_counts()
    few = set(people[people < minimum].index)
    return fit.assign(plan=fit["plan"].where(~fit["plan"].isin(few), ""))


def _of_theme(rows: pd.DataFrame, *, n: int, rng: np.random.Generator) -> list[dict[str, object]]:
    """Typical: of the side most comments take; contrary: of the other side."""
    if rows.empty:
        return []
    weights, side = _weights(rows), _side(rows)
    usual = 1 if (side > 0).sum() > (side < 0).sum() else -1
    same, other = side == usual, side == -usual
    same = same if same.any() else ~other
    quoted = [_quoted("typical", rows[same], weights[same], n=n, rng=rng)] if same.any() else []
    if quoted and other.any():
        quoted.append(_quoted("contrary", rows[other], weights[other], n=n, rng=rng))
    return quoted


def _side(rows: pd.DataFrame) -> NDArray[np.int64]:
    """1 = speaks well of it, -1 = ill: by its tone as coded, and where that is not told by the score."""
    tone = rows["tone"].to_numpy(dtype=int)
    score = rows["grp"].map({"promoter": 1, "detractor": -1}).fillna(0).to_numpy(dtype=int)
    contradicted = (tone != 0) & (score == -tone)
    return np.where(contradicted, 0, np.where(tone != 0, tone, score))


def _weights(rows: pd.DataFrame) -> NDArray[np.float64]:
    """How near each comment is to the others: cosine to their sum, words weighted by how rare they are.

    Comments that speak of nothing else come first, then those of good length and whose score has their tone.
    """
    held = [terms_of(str(text)) for text in rows["text"]]
    names = {term: place for place, term in enumerate(sorted(set().union(*held)))}
    used = np.zeros((len(held), len(names)))
    for row, terms in enumerate(held):
        used[row, [names[term] for term in terms]] = 1.0
    used *= np.log((1 + len(held)) / used.sum(axis=0))
    used /= np.maximum(np.linalg.norm(used, axis=1, keepdims=True), 1e-12)
    nearness = used @ used.sum(axis=0) - 1
    step = nearness.max(initial=0) + 1
    score = rows["grp"].map({"promoter": 1, "detractor": -1}).fillna(0)
    nearness = nearness + step * ((score == rows["tone"]) & (score != 0)).to_numpy()
    return np.asarray(
        nearness + step * rows["words"].between(*BEST).to_numpy() + 2 * step * rows["alone"].to_numpy()
    )


def _quoted(
    kind: str, rows: pd.DataFrame, weights: NDArray[np.float64], *, n: int, rng: np.random.Generator
) -> dict[str, object]:
    nearest = np.argsort(-weights, kind="stable")[:CLOSEST]
    row = rows.iloc[int(rng.choice(nearest))]
    score = row["nps"] if pd.notna(row["nps"]) else row["csat"]
    return {
        "kind": kind, "theme": row["theme"], "text": row["text"], "language": row["language"], "grp": row["grp"],
        "plan": row["plan"], "tenure": tenure_band(row["tenure_days"]), "verbatim": row["text_hash"],
        "estimate": float(score) if pd.notna(score) else np.nan, "low": np.nan, "high": np.nan, "n": n,
    }  # fmt: skip


def tenure_band(days: object) -> str:
    """Band of the time a customer has been with us; '' where it is not known.

    >>> tenure_band(200), tenure_band(500), tenure_band(900), tenure_band(None)
    ('under_a_year', 'one_to_two_years', 'over_two_years', '')
    """
    if days is None or pd.isna(days):  # type: ignore[call-overload]
        return ""
    years = float(days) / 365.25  # type: ignore[arg-type]
    return "under_a_year" if years < 1 else "one_to_two_years" if years < 2 else "over_two_years"
