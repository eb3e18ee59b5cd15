"""Comments on the relationship survey: who leaves one, on what, in which words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxlab.synth import company, voice
from cxlab.synth.columns import codes, ids
from cxlab.synth.comments import Comment, Dice, Order, Person, comment
from cxlab.synth.days import BOUNDS
from cxlab.synth.lives import NEVER, REASONS, History
from cxlab.synth.people import People
from cxlab.synth.streams import Purpose, stream
from cxlab.synth.surveys import NOTHING, Invitations
from cxlab.synth.themes import Drawn, draw, theme_model

Places = NDArray[np.intp]
_REGIONS = tuple(company.REGIONS)
_CCH = _REGIONS.index("cch")
_LEFT_WITHIN_DAYS = 92
"""After the close, where the end of the next quarter is not seen."""
_LANGUAGES = ("vi", "en", "mixed")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Said:
    """Comments of a chunk: rows of the invitations they belong to, and what they are about.

    ``leaves`` tells who leaves from the answer to the end of the next quarter (no change of owner).
    """

    row: Places
    drawn: Drawn
    leaves: NDArray[np.bool_]
    language: Places
    comments: list[Comment]
    orders: list[Order]


def said(
    people: People,
    history: History,
    rows: Invitations,
    english: NDArray[np.bool_],
    *,
    seed: int,
    chunk: int,
    calm: bool,
    reverse: bool,
) -> Said:
    """Write the comments of a chunk; ``english`` tells, per invitation, who answers in English."""  # fmt: skip
    rng = stream(seed, Purpose.COMMENTS, chunk)
    speaks = rng.random(len(rows.who)) < voice.COMMENT_SHARE
    row = np.flatnonzero((rows.touchpoint == NOTHING) & (rows.score >= 0) & speaks)
    who, quarter, score = rows.who[row], rows.quarter[row], rows.score[row]
    leaves = _leaves(history, who, rows.answered[row], quarter)
    en = np.isin(people.plan[who], (company.EN90, company.EN120))
    cell = 2 * en + (people.region[who] == _CCH)
    model = theme_model(calm=calm, reverse=reverse)
    drawn = draw(rng, model, quarter=quarter, cell=cell, score=score, leaves=leaves)
    mixed = rng.random(len(row)) < voice.MIXED_SHARE / (1 - company.ENGLISH_SHARE)
    language = np.where(english[row], 1, np.where(mixed, 2, 0))
    persons = _Persons(rng, people)
    drawn, orders = _orders(rng, drawn, score, language)
    dice = Dice(rng)
    written = [comment(dice, persons(int(one)), order) for one, order in zip(who, orders, strict=True)]
    return Said(row=row, drawn=drawn, leaves=leaves, language=language, comments=written, orders=orders)


def _leaves(history: History, who: Places, on: NDArray[np.int32], quarter: Places) -> NDArray[np.bool_]:
    """Tell whose spell of a day ends before the next quarter does."""
    spells, held = history.spells, history.held(who, on)
    ends = np.where(spells.exit[held] == NEVER, spells.planned[held], spells.exit[held])
    bounds = np.append(BOUNDS, BOUNDS[-1] + _LEFT_WITHIN_DAYS)
    leaves: NDArray[np.bool_] = (ends < bounds[quarter + 2]) & (
        spells.reason[held] != REASONS.index("owner_change")
    )
    return leaves


class _Persons:
    """How each customer writes: drawn once, so that two comments of one person look alike."""

    def __init__(self, rng: np.random.Generator, people: People) -> None:
        edges = np.cumsum(list(voice.WRITING.values()))[:-1]
        names = tuple(voice.WRITING)
        self._writing = [names[place] for place in np.searchsorted(edges, rng.random(people.size), side="right")]
        self._new, self._dialect, self._hurry = (
            (rng.random(people.size) < share).tolist()
            for share in (voice.NEW_MARKS_SHARE, voice.DIALECT_SHARE, voice.HURRY_SHARE)
        )
        shares = np.cumsum([share for _, share in voice.PRONOUNS])[:-1]
        called = np.searchsorted(shares, rng.random(people.size), side="right")
        self._me = [voice.PRONOUNS[place][0] for place in called]
        self._region = people.region.tolist()

    def __call__(self, who: int) -> Person:
        return Person(region=_REGIONS[self._region[who]], writing=self._writing[who], new_marks=self._new[who],
                      dialect=self._dialect[who], me=self._me[who], hurry=self._hurry[who])  # fmt: skip


def _orders(
    rng: np.random.Generator, drawn: Drawn, score: NDArray[np.int64], language: Places
) -> tuple[Drawn, list[Order]]:
    """Decide length, tone and oddities of each comment."""
    size = len(score)
    number = (drawn.theme >= 0).sum(axis=1)
    u = rng.random((8, size))
    length = (u[0][:, None] >= np.cumsum(voice.LENGTH_SHARES, axis=1)[number][:, :-1]).sum(axis=1)
    length = np.where((score <= 2) & (u[1] < 0.5) & (length >= 2), length - 1, length)
    contrary, praise = _contrary(drawn, score, u[2])
    negative = (number > 0) & ~praise[:, 0]
    sly = negative & ~contrary & (length > 0) & (u[3] < voice.SARCASM_SHARE / max(negative.mean(), 0.01))
    flags = {
        "contrary": contrary,
        "sly": sly,
        "personal": u[4] < voice.PERSONAL_SHARE,
        "hostile": u[5] < voice.HOSTILE_SHARE,
        "noise": (number == 0) & (u[6] < voice.NOISE_SHARE / voice.THEME_COUNTS[0]),
        "decomposed": u[7] < voice.DECOMPOSED_SHARE,
    }
    codes = [theme.code.rstrip("+-") for theme in voice.THEMES]
    columns = (language.tolist(), drawn.theme.tolist(), praise.tolist(), score.tolist(), length.tolist(),
               *(flag.tolist() for flag in flags.values()))  # fmt: skip
    orders = [
        Order(language=_LANGUAGES[tongue],  # type: ignore[arg-type]
              themes=tuple((codes[k], tone) for k, tone in zip(themes, tones, strict=True) if k >= 0),
              score=given, words=voice.LENGTHS[long], **dict(zip(flags, odd, strict=True)))
        for tongue, themes, tones, given, long, *odd in zip(*columns, strict=True)
    ]  # fmt: skip
    return Drawn(theme=drawn.theme, praise=praise), orders


def _contrary(
    drawn: Drawn, score: NDArray[np.int64], u: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Turn the tone of some comments at the ends of the scale, where no theme is praise (or blame) alone."""
    high, low = voice.CONTRADICTION_FROM
    fixed = np.array([theme.positive in (0.0, 1.0) for theme in voice.THEMES] + [False])
    can = ~fixed[drawn.theme].any(axis=1) & ((score >= high) | (score <= low))
    contrary = can & (u < voice.CONTRADICTION_SHARE / max(can.mean(), voice.CONTRADICTION_SHARE))
    praise = np.where(contrary[:, None], (score <= low)[:, None], drawn.praise) & (drawn.theme >= 0)
    return contrary, praise


def table(spoken: Said, answers: pa.Table, *, first: int) -> pa.Table:
    """One row per comment; ``answers`` are the chunk's survey rows, one per invitation."""
    rows = answers.take(pa.array(spoken.row))
    return pa.table(
        {
            "verbatim_id": verbatim_ids(first, len(spoken.row)),
            "response_id": rows["response_id"],
            "customer_id": rows["customer_id"],
            "text": pa.array([one.text for one in spoken.comments], pa.string()),
            "language": codes(spoken.language, _LANGUAGES),
            "source": codes(np.zeros(len(spoken.row), int), ("survey",)),
            "at": rows["answered_at"],
        }
    )


def verbatim_ids(first: int, size: int) -> pa.Array:
    """Return ids of texts, counted on from ``first``."""
    return ids("v", first + np.arange(size), width=9)


def true_texts(spoken: Said, *, first: int) -> pa.Table:
    """One row per comment: what it is really about, and what was planted in it."""
    orders = spoken.orders
    tone = ("negative", "positive")
    return pa.table(
        {
            "verbatim_id": verbatim_ids(first, len(orders)),
            "language": pa.array([order.language for order in orders]),
            "themes": pa.array([[code for code, _ in order.themes] for order in orders], pa.list_(pa.string())),
            "polarity": pa.array(
                [[tone[praise] for _, praise in order.themes] for order in orders], pa.list_(pa.string())
            ),
            "leaves": pa.array(spoken.leaves),
            "planted": pa.array([list(one.kinds) for one in spoken.comments], pa.list_(pa.string())),
        }
    )
