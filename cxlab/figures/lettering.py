"""Texts as SVG in few bytes: the outline of a letter is written once, and so is a word that comes again."""

from __future__ import annotations

from collections import Counter
from string import ascii_letters

from cxlab.figures.glyphs import EM, Word
from cxlab.figures.style import INK

Letters = tuple[tuple[str, int], ...]
Texts = dict[tuple[float, str], list[tuple[float, float, tuple[Word, ...]]]]
"""Size and colour, and the lines written in them: pixels of the beginning of the base line, and words."""

FREQUENT = 2
"""A word of several letters that stands there this often gets a name."""


def lettering(texts: Texts) -> tuple[str, str]:
    """Write the outlines of letters and words, and the texts that use them."""
    used = Counter(letters for lines in texts.values() for *_, words in lines for _, letters in words)
    outlines = Counter(data for letters, times in used.items() for data, _ in letters for _ in range(times))
    named = [letters for letters, times in used.items() if times >= FREQUENT and len(letters) > 1]
    names: dict[str | Letters, str] = {}
    for each in [data for data, _ in outlines.most_common()] + named:
        names[each] = name_of(len(names))
    defined = "".join(f'<path id="{names[data]}" d="{data}"/>' for data in outlines)
    defined += "".join(f'<g id="{names[letters]}">{_uses(0, letters, names)}</g>' for letters in named)
    written = "".join(_group(size, colour, lines, names) for (size, colour), lines in texts.items())
    return (f"<defs>{defined}</defs>" if defined else ""), written


def _group(
    size: float, colour: str, lines: list[tuple[float, float, tuple[Word, ...]]], names: dict[str | Letters, str]
) -> str:
    """Write the texts of one size and colour, in 128ths of the size."""
    scale = size / EM
    fill = "" if colour == INK else f' fill="{colour}"'
    inside = "".join(_line(x / scale, -y / scale, words, names) for x, y, words in lines if words)
    return f'<g transform="scale({scale:.5g}-{scale:.5g})"{fill}>{inside}</g>'


def _line(x: float, y: float, words: tuple[Word, ...], names: dict[str | Letters, str]) -> str:
    uses = "".join(
        f'<use x="{start * EM:.0f}" href="#{names[letters]}"/>'
        if letters in names
        else _uses(round(start * EM), letters, names)
        for start, letters in words
    )
    return f'<g transform="translate({x:.0f} {y:.0f})">{uses}</g>'


def _uses(start: int, letters: Letters, names: dict[str | Letters, str]) -> str:
    return "".join(f'<use x="{start + at}" href="#{names[data]}"/>' for data, at in letters)


def short(value: float) -> str:
    """Write a pixel with at most one decimal.

    >>> short(12.04), short(0.25)
    ('12', '0.2')
    """
    return f"{value:.1f}".removesuffix(".0")


def name_of(number: int) -> str:
    """Write a number in letters, the shortest name there is.

    >>> name_of(0), name_of(51), name_of(53)
    ('a', 'Z', 'bb')
    """
    letters = ""
    while number or not letters:
        number, letter = divmod(number, len(ascii_letters))
        letters = ascii_letters[letter] + letters
    return letters
