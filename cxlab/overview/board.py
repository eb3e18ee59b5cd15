"""The leader's page as a record: what it says, in which order, before it has a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cxlab.finding import Estimate, Finding, Message, Verdict

Text = Mapping[str, str]
"""Words a person wrote, by language; the machine never rewrites them."""

MOST_DECISIONS = 3
"""A leader is asked at most this many decisions."""


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
    notes : tuple of Message
        At most two short lines.
    """

    proof: str
    title: Message
    detail: Message
    number: Estimate | None
    form: str
    unit: Message | None = None
    verdict: Verdict | None = None
    verdict_line: Message | None = None
    worse: bool | None = None
    last: Estimate | None = None
    target: float | None = None
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Something a leader is asked to decide; written by people, never by the machine.

    ``role`` names who owns it, ``cost`` is in minor units of the study currency as the team declared it.
    """

    what: Text
    role: str
    due: date | None
    cost: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commentary:
    """The team's view, signed with a role."""

    role: str
    words: Text


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Board:
    """The whole page; an empty tuple is a block that has nothing to say, and the page says so.

    Parameters
    ----------
    scope : tuple of Message
        Who was counted, on which day, by when the data were closed.
    answer : tuple of Message
        Sentences: what, is it real, where, what it costs.
    tiles : tuple of Tile
        The numbers, in order.
    why : Finding, optional
        The one small figure: parts that sum to the change.
    """

    scope: tuple[Message, ...]
    answer: tuple[Message, ...]
    commentary: Commentary | None
    tiles: tuple[Tile, ...]
    why: Finding | None
    decisions: tuple[Decision, ...]
    said: tuple[Message, ...]
    unknowns: tuple[Message, ...]

    def __post_init__(self) -> None:
        if not self.answer or not self.tiles or not self.unknowns:
            raise ValueError("a leader's page needs an answer, at least one number and what is not known")
        if len(self.decisions) > MOST_DECISIONS:
            raise ValueError(f"at most {MOST_DECISIONS} decisions are asked; got {len(self.decisions)}")
