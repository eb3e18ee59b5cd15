"""One comment: which clauses, in which order, typed by whom."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from cxlab.synth import voice
from cxlab.synth.comments import frames, no_theme, planted, writing
from cxlab.synth.comments.bank import Bank
from cxlab.synth.comments.banks import EN_BANKS, VI_BANKS
from cxlab.synth.comments.dialect import spoken
from cxlab.synth.comments.dice import Dice
from cxlab.synth.comments.wordings import otherwise

Language = Literal["vi", "en", "mixed"]
_BAD_FILLS = ("detail", "effect", "versus", "ask", "bad", "effect", "detail")
_NAMES = ("I", "I'm", "I've", "Én", "OTP", "SIM", "TP.HCM", "New")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """How one customer writes: region, a key of `voice.WRITING`, mark placement, dialect, in a hurry or not."""

    region: str
    writing: str
    new_marks: bool
    dialect: bool
    me: str
    hurry: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a comment shall be: themes with praise or blame, words from and to, and what is odd about it."""

    language: Language
    themes: tuple[tuple[str, bool], ...]
    score: int
    words: tuple[int, int]
    contrary: bool = False
    sly: bool = False
    personal: bool = False
    hostile: bool = False
    noise: bool = False
    decomposed: bool = False


@dataclass(slots=True, kw_only=True)
class Comment:
    """A comment; ``parts`` are its clauses as typed, each with the place of its theme in the order (-1 none)."""

    text: str
    parts: list[tuple[str, int]] = field(default_factory=list)
    kinds: tuple[str, ...] = ()


def comment(dice: Dice, person: Person, order: Order) -> Comment:
    """Write a comment."""
    if order.noise:
        text = dice.pick(no_theme.NOISE)
        return Comment(text=text, parts=[(text, -1)], kinds=("noise",))
    language = _tongue(dice, order)
    clauses = _clauses(dice, order, language) if order.themes else _no_theme(dice, order, language)
    kinds = tuple(kind for kind in ("contrary", "sly") if getattr(order, kind))
    parts = [(_typed(dice, person, _filled(dice, person, words, tongue), tongue), theme)
             for words, theme, tongue in clauses]  # fmt: skip
    if order.personal:
        said, kind = planted.personal(dice, english=language == "en")
        parts.insert(len(parts) if dice.roll() < 0.8 else 0, (said, -1))
        kinds += (kind,)
    if order.hostile:
        kind, said = dice.pick(planted.HOSTILE)
        parts = [(said, -1), *parts] if dice.roll() < 0.5 else [*parts, (said, -1)]
        kinds += (kind,)
    angry = order.score <= 6 and dice.roll() < voice.SHOUT_SHARE
    parts = _shaped(dice, person, parts, angry=angry)
    text = "".join(said for said, _ in parts)
    if dice.roll() < voice.EMOJI_SHARE:
        text += " " + dice.pick(frames.EMOJI_GOOD if _pleased(order) else frames.EMOJI_BAD)
    return Comment(text=unicodedata.normalize("NFD", text) if order.decomposed else text, parts=parts, kinds=kinds)


def _pleased(order: Order) -> bool:
    """Tell the tone: praise if all that is said is praise; without a theme, the score (or its contrary) tells."""
    if order.themes:
        return all(praise for _, praise in order.themes)
    return (order.score >= 7) != order.contrary


def _tongue(dice: Dice, order: Order) -> Literal["vi", "en"]:
    if order.language == "mixed":
        return "vi" if dice.roll() < 0.7 else "en"
    return order.language


_Clause = tuple[str, int, Literal["vi", "en"]]
_LAST = 9
"""Where closings stand, after all themes."""


def _clauses(dice: Dice, order: Order, language: Literal["vi", "en"]) -> list[_Clause]:
    """Choose clauses: one that names each theme, then more of other kinds until there are words enough."""
    high = order.words[1]
    other: Literal["vi", "en"] = "en" if language == "vi" else "vi"
    mixed = order.language == "mixed"
    chosen: list[_Clause] = []
    for place, (code, praise) in enumerate(order.themes):
        tongue = other if mixed and place == len(order.themes) - 1 else language
        brief = high <= 3 or (high <= 12 and dice.roll() < (0.85 if len(order.themes) > 1 else 0.25))
        chosen.append((_naming(dice, _bank(code, tongue), praise, brief, order.sly and place == 0), place, tongue))
    if high <= 3:
        return chosen[:1]
    places = list(range(len(chosen)))
    _add_clauses(dice, order, chosen, places, language)
    if high > 12 and dice.roll() < 0.45:
        chosen.append((dice.pick(frames.VI_OPENINGS if language == "vi" else frames.EN_OPENINGS), -1, language))
        places.append(-1)
    if (mixed and len(order.themes) == 1) or (high > 12 and dice.roll() < 0.4):
        chosen.append((_closing(dice, order, language), -1, language))
        places.append(_LAST)
    return [chosen[at] for at in sorted(range(len(chosen)), key=places.__getitem__)]


def _add_clauses(
    dice: Dice, order: Order, chosen: list[_Clause], places: list[int], language: Literal["vi", "en"]
) -> None:
    """Add clauses beside the themes they go with until the comment is as long as ordered."""
    low, high = order.words
    total = sum(_count(words) for words, _, _ in chosen)
    u = dice.roll() ** 2.5 if high > 12 else 1 - dice.roll() ** 4
    wanted = low + u * (high - low)
    for _ in range(14):
        if total >= wanted:
            return
        found = _more(dice, order, chosen, language, room=high - total)
        if found is None:
            return
        piece, place = found
        chosen.append(piece)
        places.append(place)
        total += _count(piece[0])


def _bank(code: str, language: Literal["vi", "en"]) -> Bank:
    return (VI_BANKS if language == "vi" else EN_BANKS)[code]


def _naming(dice: Dice, bank: Bank, praise: bool, brief: bool, sly: bool) -> str:
    if sly and not praise and bank.sly:
        return dice.pick(bank.sly)
    if brief:
        return dice.pick(bank.short_good if praise else bank.short)
    return dice.pick(bank.good if praise else bank.bad)


def _more(
    dice: Dice, order: Order, chosen: list[_Clause], language: Literal["vi", "en"], *, room: int
) -> tuple[_Clause, int] | None:
    """Return one more clause that fits and the theme it stands by: a small piece, or another kind of clause."""
    vi = language == "vi"
    said = {words for words, _, _ in chosen}
    place = dice.below(len(order.themes))
    code, praise = order.themes[place]
    bank = _bank(code, language)
    for _ in range(4):
        if room <= 6 or dice.roll() < 0.25:
            pieces = ((frames.VI_PIECES_GOOD, frames.VI_PIECES_BAD), (frames.EN_PIECES_GOOD, frames.EN_PIECES_BAD))
            words, theme = dice.pick(pieces[not vi][not praise]), -1
        elif praise and code != "wow":
            words, theme = dice.pick(bank.good), place
        else:
            kinds = ("good", "detail", "effect", "versus", "ask") if praise else _BAD_FILLS
            words, theme = dice.pick(getattr(bank, dice.pick(kinds))), place
        if words not in said and _count(words) <= room:
            return (words, theme, language), place
    return None


def _closing(dice: Dice, order: Order, language: Literal["vi", "en"]) -> str:
    good, bad = ((frames.VI_CLOSINGS_GOOD, frames.VI_CLOSINGS_BAD) if language == "vi"
                 else (frames.EN_CLOSINGS_GOOD, frames.EN_CLOSINGS_BAD))  # fmt: skip
    return dice.pick(good if _pleased(order) else bad)


def _no_theme(dice: Dice, order: Order, language: Literal["vi", "en"]) -> list[_Clause]:
    """Choose what is said when no theme is: by the score, or beside the point."""
    groups = _VI_GROUPS if language == "vi" else _EN_GROUPS
    score = 10 - order.score if order.contrary else order.score
    if dice.roll() < 0.12 and order.words[1] <= 12:
        group = groups[3]
    elif score >= 9 or (score >= 7 and dice.roll() < 0.6):
        group = groups[0]
    else:
        group = groups[1] if score >= 5 else groups[2]
    if order.words[1] <= 3:
        return [(dice.pick(group[0]), -1, language)]
    chosen: list[_Clause] = [(dice.pick(group[1] or group[0]), -1, language)]
    low, high = order.words
    u = dice.roll() ** 2 if high > 12 else 1 - dice.roll() ** 4
    wanted = low + u * (high - low)
    while (total := sum(_count(words) for words, _, _ in chosen)) < wanted and len(chosen) < 9:
        words = dice.pick(group[1])
        if total + _count(words) > high:
            break
        if words not in {said for said, _, _ in chosen}:
            chosen.append((words, -1, language))
    if order.language == "mixed":
        chosen.append((dice.pick(_EN_GROUPS[0][0] if score >= 7 else _EN_GROUPS[2][0]), -1, "en"))
    elif dice.roll() < 0.4 and order.words[1] > 3:
        chosen.append((_closing(dice, order, language), -1, language))
    return chosen


def _count(words: str) -> int:
    return words.count(" ") + 1


def _by_length(*groups: Sequence[str]) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Return each group as those of one to three words and those of more."""
    return tuple(
        (tuple(w for w in group if _count(w) <= 3), tuple(w for w in group if _count(w) > 3)) for group in groups
    )


_VI_GROUPS = _by_length(no_theme.VI_PLEASED, no_theme.VI_SO_SO, no_theme.VI_DISPLEASED, no_theme.VI_BESIDE)
_EN_GROUPS = _by_length(no_theme.EN_PLEASED, no_theme.EN_SO_SO, no_theme.EN_DISPLEASED, no_theme.EN_BESIDE)


def _filled(dice: Dice, person: Person, words: str, language: Literal["vi", "en"]) -> str:
    """Say it in the person's own words, fill the slots and speak as the region does."""
    while "{" in words:
        start = words.index("{")
        end = words.index("}", start)
        slot = words[start + 1 : end]
        slots = frames.SLOTS if language == "vi" else frames.EN_SLOTS
        value = dice.pick(frames.PROVINCES[person.region] if slot == "province" else slots[slot])
        words = words[:start] + value + words[end + 1 :]
    words = otherwise(words, dice=dice, english=language == "en", me=person.me)
    return spoken(words, region=person.region) if person.dialect and language == "vi" else words


def _typed(dice: Dice, person: Person, words: str, language: Literal["vi", "en"]) -> str:
    """Type a clause the way the person does."""
    if language == "en":
        words = writing.english_short(words, dice=dice) if person.hurry else words
    elif person.writing == "none":
        words = writing.without_marks(writing.shortened(words) if person.hurry else words)
    elif person.writing == "partly":
        words = writing.partly(words, dice=dice)
    elif person.writing == "teen":
        words = writing.teencode(words)
        words = writing.without_marks(words) if person.hurry else words
    elif person.new_marks:
        words = writing.new_marks(words)
    if dice.roll() < voice.SLIP_SHARE / 2:
        words = writing.slip(words, dice=dice)
    return words


def _shaped(dice: Dice, person: Person, parts: list[tuple[str, int]], *, angry: bool) -> list[tuple[str, int]]:
    """Put the clauses together: careful people write sentences, others run on. What joins is nobody's."""
    careful = person.writing == "marks" and not person.hurry
    joint = ". " if careful else dice.pick((", ", ". ", " ", ", ", "\n" if dice.roll() < 0.1 else ", "))
    end = dice.pick((".", "", "")) if careful else dice.pick(("", "", "", "", ".", "...", "!"))
    if angry:
        joint, end = ("!!! " if dice.roll() < 0.5 else joint), dice.pick(("!!!", "!!!!", "!!"))
    loud = angry and dice.roll() < 0.5
    shaped: list[tuple[str, int]] = []
    for place, (said, theme) in enumerate(parts):
        capital = careful and (joint == ". " or place == 0)
        said = said.upper() if loud else _capital(said) if capital else _small(said)
        if place:
            between = joint if dice.roll() < 0.8 or angry else dice.pick((", ", " - ", ". "))
            shaped.append((" " if shaped[-1][0][-1:] in "?!." and between[0] in ".,!" else between, -1))
        shaped.append((said, theme))
    if shaped[-1][0][-1:] not in "?!.":
        shaped.append((end, -1))
    return shaped


def _capital(said: str) -> str:
    return said[:1].upper() + said[1:]


def _small(said: str) -> str:
    if said.split(" ", 1)[0] in _NAMES or said[1:2].isupper():
        return said
    return said[:1].lower() + said[1:]
