"""The leader's page as a record: what it says, in which order, before it has a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from cxlab.finding import Estimate, Label, Message, Unit, Verdict

Text = Mapping[str, str]
"""Words a person wrote, by language; the machine never rewrites them."""

MOST_DECISIONS, MOST_TILES = 3, 7
"""A leader is asked at most this many decisions, and reads at most this many numbers."""

QuoteKind = Literal["typical", "contrary", "new"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One number with its interval, comparison and verdict.

    Parameters
    ----------
    proof : str
        Name of the finding it links to.
    title, detail : Message
        What it is; its interval and how many stand behind it.
    number : Estimate or None
        None where the number is withheld; ``detail`` then says why.
    form : str
        How the number is written (`cxlab.wording` form).
    said : Message, optional
        What stands in the number's place where there is none: ``"Cannot be priced"``, ``"17 of 18"``.
    unit : Message, optional
        The words beside the number, where the title does not say it all.
    verdict : Verdict, optional
        Of the change on last quarter; None where nothing is compared.
    verdict_line : Message, optional
        The verdict in words.
    worse : bool, optional
        True where a real change is for the worse, False for the better.
    last : Estimate, optional
        The same number last quarter, drawn as a hollow mark.
    target : float, optional
        In the number's unit.
    against : Message, optional
        Whether the target is reached; its place ``target`` is written like the number.
    notes : tuple of Message
        At most two short lines.
    """

    proof: str
    title: Message
    detail: Message
    number: Estimate | None
    form: str
    said: Message | None = None
    unit: Message | None = None
    verdict: Verdict | None = None
    verdict_line: Message | None = None
    worse: bool | None = None
    last: Estimate | None = None
    target: float | None = None
    against: Message | None = None
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Something a leader is asked to decide; written by people, never by the machine.

    ``role`` names who owns it. Amounts are in minor units of the study currency as the team declared them:
    ``cost``; ``returns`` in a year with its range; ``pays_back`` is the probability (0 to 1) that it pays.
    """

    what: Text
    role: str
    due: date | None
    cost: int | None
    returns: Estimate | int | None = None
    pays_back: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commentary:
    """The team's view, signed with a role."""

    role: str
    words: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One step of a bridge: what it is called, how far it goes, and the interval where one is known."""

    label: Label
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """From last quarter's number to this one's: ``start + sum of parts == end``, all in ``unit``.

    Parameters
    ----------
    proof : str
        Name of the finding it was read from.
    what : Message
        What the parts are parts of.
    unit : {"points", "share_points"}
        NPS points, or points of a share; ``start`` and ``end`` are then an NPS or a share.
    more_is_worse : bool
        Whether a rise is bad news.
    """

    proof: str
    what: Message
    unit: Unit
    start: float
    parts: tuple[Part, ...]
    end: float
    more_is_worse: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a customer said, in the words and the language it was said in; a group and a score, never a person.

    ``theme`` is what it is about, or ``about`` says that in a sentence where the codebook has no theme for it.
    """

    kind: QuoteKind
    words: str
    language: str
    who: tuple[Label, ...]
    score: int | None
    theme: Label | None
    about: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One sentence of a block, and the finding it links to."""

    block: str
    proof: str
    sentence: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The whole page; an empty tuple is a block that has nothing to say, and the page says so or leaves it out.

    Parameters
    ----------
    scope : tuple of Message
        Who was counted, on which day, how many answered and wrote.
    answer : tuple of Message
        Sentences: what, is it real, where, what it costs.
    tiles : tuple of Tile
        The numbers, in order.
    bridge : Bridge, optional
        The one small figure: parts that sum to the change.
    why : tuple of Message
        What goes with the change: the theme that grew, what it costs.
    lines : tuple of Line
        Measure, act, monetize, grow; each where something was found.
    quotes : tuple of Quote
        Typical, contrary, new.
    said, unknowns : tuple of Message
        What became of last quarter's words; what we do not know.
    """

    scope: tuple[Message, ...]
    answer: tuple[Message, ...]
    commentary: Commentary | None
    tiles: tuple[Tile, ...]
    decisions: tuple[Decision, ...]
    said: tuple[Message, ...]
    unknowns: tuple[Message, ...]
    bridge: Bridge | None = None
    why: tuple[Message, ...] = ()
    lines: tuple[Line, ...] = ()
    quotes: tuple[Quote, ...] = ()

    def __post_init__(self) -> None:
        if not self.answer or not self.tiles or not self.unknowns:
            raise ValueError("a leader's page needs an answer, at least one number and what is not known")
        if len(self.decisions) > MOST_DECISIONS:
            raise ValueError(f"at most {MOST_DECISIONS} decisions are asked; got {len(self.decisions)}")
        if len(self.tiles) > MOST_TILES:
            raise ValueError(f"at most {MOST_TILES} numbers are shown; got {len(self.tiles)}")
