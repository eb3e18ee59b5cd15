"""What the team's coders make of a random sample of a quarter's comments, errors included."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxlab.redact import kept
from cxlab.synth import voice
from cxlab.synth.columns import SECONDS_A_DAY
from cxlab.synth.comments import Comment, Order
from cxlab.synth.days import BOUNDS, NAMES
from cxlab.synth.streams import Purpose, stream

Flags = NDArray[np.bool_]
_Span = tuple[int, int, str] | tuple[None, None, None]
CODEBOOK_VERSION = 1
CODED = voice.CODES[:-1]
"""Codes of the first codebook: no eSIM."""
A, B = voice.CODERS
_READING_DAYS, _TEXTS_A_DAY = {"A": 3, "B": 5, "team": 9, "model": 2}, 150
_SEARCHED = ("giá", "price", "gia cuoc")
_TALK_LESS = 0.25
"""Where a text names no theme at all, coders see one that is not there this much less often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One text that somebody read: its place in the draw, its id, what it says and is about."""

    key: float
    verbatim: int
    comment: Comment
    order: Order


@dataclass(slots=True, eq=False)
class Audit:
    """Draws each quarter's simple random sample while the texts are made: those with the smallest random keys."""

    sizes: NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(NAMES), np.int64))
    drawn: list[list[Read]] = field(default_factory=lambda: [[] for _ in NAMES])
    searched: list[Read] = field(default_factory=list)

    def add(
        self,
        keys: NDArray[np.float64],
        quarter: NDArray[np.intp],
        comments: list[Comment],
        orders: list[Order],
        *,
        first: int,
    ) -> None:
        """Let texts take part; ``quarter`` is -1 where a text was not known when its quarter closed."""
        for q in range(len(NAMES)):
            places = np.flatnonzero(quarter == q)
            self.sizes[q] += len(places)
            best = places[np.argsort(keys[places], kind="stable")[: voice.AUDIT_SIZE]]
            fresh = [Read(key=float(keys[at]), verbatim=first + int(at), comment=comments[at], order=orders[at])
                     for at in best]  # fmt: skip
            self.drawn[q] = sorted(self.drawn[q] + fresh, key=lambda read: read.key)[: voice.AUDIT_SIZE]
        for at in np.flatnonzero(quarter == len(NAMES) - 1):
            if len(self.searched) >= voice.TARGETED:
                break
            if any(word in comments[at].text.lower() for word in _SEARCHED):
                self.searched.append(
                    Read(key=float(keys[at]), verbatim=first + int(at), comment=comments[at], order=orders[at])
                )


def planted_alpha(theme: voice.Theme, *, together: float) -> float:
    """Return Krippendorff's alpha of A and B on a theme when they share a part of their errors."""
    sees = [coder.misses.get(theme.code, coder.sensitivity) for coder in (A, B)]
    false = [1 - coder.specificity for coder in (A, B)]
    share = theme.share
    rates = [share * seen + (1 - share) * wrong for seen, wrong in zip(sees, false, strict=True)]
    both = sum(
        weight * (together * min(pair) + (1 - together) * pair[0] * pair[1])
        for weight, pair in ((share, sees), (1 - share, false))
    )
    mean = sum(rates) / 2
    return 1 - (sum(rates) - 2 * both) / (2 * mean * (1 - mean))


@cache
def together(code: str) -> float:
    """Return how much of their errors A and B share on a code, so that a clear theme has the planted alpha."""
    parts = [theme for theme in voice.THEMES if theme.code.rstrip("+-") == code]
    clear = voice.Theme(code="", share=sum(theme.share for theme in parts), score=0, leaving=1)
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if planted_alpha(clear, together=middle) < voice.ALPHA else (low, middle)
    return (low + high) / 2


def codings(audit: Audit, *, seed: int) -> pa.Table:
    """Return the events of all coders, quarter by quarter."""
    rng = stream(seed, Purpose.CODING, 0)
    book = _Book()
    for q, reads in enumerate(audit.drawn):
        size = int(audit.sizes[q])
        if not reads:
            continue
        truth = _truth(reads)
        seen = _seen(rng, truth)
        twice = max(len(reads) // 2, 1) if len(reads) < voice.AUDIT_SIZE else voice.AUDIT_TWICE
        for name, found, count in (("A", seen[0], len(reads)), ("B", seen[1], twice), ("team", truth, twice)):
            book.note(rng, q, name, reads[:count], found, design=f"random:{NAMES[q]}", chance=count / size)
    last = len(NAMES) - 1
    others = [read for read in audit.searched if read.verbatim not in {one.verbatim for one in audit.drawn[last]}]
    if others:
        found = _seen(rng, _truth(others))[0]
        book.note(rng, last, "A", others, found, design="targeted", chance=None)
        book.note(rng, last, "model", others[: voice.MODEL_CODED], _truth(others), design="targeted", chance=None)
    book.take_back(rng, last, audit.drawn[last][: voice.UNDONE])
    return book.table()


def _truth(reads: list[Read]) -> Flags:
    themes = [{code for code, _ in read.order.themes} for read in reads]
    return np.array([[code in said for code in CODED] for said in themes])


def _seen(rng: np.random.Generator, truth: Flags) -> tuple[Flags, Flags]:
    """Return what A and B code: each as sensitive and specific as planted, some errors made together."""
    u = rng.random((3, *truth.shape))
    shared = rng.random(truth.shape) < np.array([together(code) for code in CODED])
    silent = ~truth.any(axis=1, keepdims=True)
    often = (1 - _TALK_LESS * voice.THEME_COUNTS[0]) / (1 - voice.THEME_COUNTS[0])
    found = []
    for coder, own in zip((A, B), u[1:], strict=True):
        sees = np.array([coder.misses.get(code, coder.sensitivity) for code in CODED])
        chance = np.where(truth, sees, (1 - coder.specificity) * np.where(silent, _TALK_LESS, often))
        found.append(np.where(shared, u[0], own) < chance)
    return found[0], found[1]


class _Book:
    """Collects events in columns."""

    def __init__(self) -> None:
        self._rows: list[tuple[object, ...]] = []
        self._spans: dict[tuple[int, str], _Span] = {}
        self._kept: dict[int, str] = {}

    def note(
        self,
        rng: np.random.Generator,
        q: int,
        name: str,
        reads: list[Read],
        found: Flags,
        *,
        design: str,
        chance: float | None,
    ) -> None:
        """Write down what one coder found: an event per code, one without code where nothing applies."""
        origin = "model" if name == "model" else "human"
        turned = (rng.random(found.shape) < 0.04).tolist()
        seconds = rng.integers(8 * 3600, 17 * 3600, len(reads)).tolist()
        for at, read in enumerate(reads):
            when = _moment(q, name, at, seconds[at])
            codes = [code for code, there in zip(CODED, found[at], strict=True) if there]
            for code in codes or [""]:
                tone = dict(read.order.themes).get(code, False) != (name != "team" and turned[at][0])
                span = (None, None, None) if not code or name == "model" else self._span(read, code)
                said = (read.verbatim, code, name, True, _TONES[tone] if code else None, *span)
                self._rows.append((*said, origin, design, chance, None, when, None))

    def _span(self, read: Read, code: str) -> _Span:
        key = read.verbatim, code
        if key not in self._spans:
            if read.verbatim not in self._kept:
                (self._kept[read.verbatim],) = kept([read.comment.text])
            self._spans[key] = span(read, code, text=self._kept[read.verbatim])
        return self._spans[key]

    def take_back(self, rng: np.random.Generator, q: int, reads: list[Read]) -> None:
        """Let A code something wrong and take it back a minute later."""
        for at, read in enumerate(reads):
            wrong = next(code for code in reversed(CODED) if code not in dict(read.order.themes))
            when = _moment(q, "A", at, 17 * 3600 + int(rng.integers(0, 1800)))
            place = len(self._rows)
            act = (read.verbatim, wrong, "A", True, "negative", None, None, None, "human", "targeted", None)
            self._rows.append((*act, None, when, None))
            self._rows.append((*act, "wrong line", when + 60_000_000, place))

    def table(self) -> pa.Table:
        """Return the table of events."""
        columns = dict(zip(_COLUMNS, zip(*self._rows, strict=True), strict=True)) if self._rows else {}
        data = {name: pa.array(columns.get(name, []), kind) for name, kind in _COLUMNS.items()}
        events, texts = range(len(self._rows)), data.pop("verbatim").to_pylist()
        undone = [None if at is None else f"e{at:09d}" for at in data.pop("undone").to_pylist()]
        return pa.table(
            {
                "event_id": pa.array([f"e{place:09d}" for place in events], pa.string()),
                "verbatim_id": pa.array([f"v{number:09d}" for number in texts], pa.string()),
                "codebook_version": pa.array([CODEBOOK_VERSION] * len(events), pa.int64()),
                **data,
                "undoes": pa.array(undone, pa.string()),
            }
        )


_TONES = {False: "negative", True: "positive"}
_COLUMNS = {
    "verbatim": pa.int64(), "code_id": pa.string(), "coder_id": pa.string(), "value": pa.bool_(),
    "polarity": pa.string(), "span_start": pa.int64(), "span_end": pa.int64(), "span_hash": pa.string(),
    "origin": pa.string(), "sample_design": pa.string(), "inclusion_probability": pa.float64(),
    "memo": pa.string(), "at": pa.timestamp("us"), "undone": pa.int64(),
}  # fmt: skip


def _moment(q: int, name: str, at: int, second: int) -> int:
    """Return microseconds since 1970: days after the quarter's close, so many texts a day."""
    day = int(BOUNDS[q + 1]) + _READING_DAYS[name] + at // _TEXTS_A_DAY
    return (day * SECONDS_A_DAY + second) * 1_000_000


def span(read: Read, code: str, *, text: str) -> _Span:
    """Return where in a text as it is kept the theme is named: code points from and to, and their print."""
    places = [place for place, (said, _) in enumerate(read.order.themes) if said == code]
    part = next((words for words, theme in read.comment.parts if [theme] == places), None)
    if part is None:
        return None, None, None
    (words,) = kept([part])
    start = text.find(words)
    if start < 0 or not words:
        return None, None, None
    return start, start + len(words), hashlib.sha256(words.encode()).hexdigest()[:16]
