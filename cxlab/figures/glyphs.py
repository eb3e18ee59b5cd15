"""Letters: their outlines and how far apart they stand, measured once and kept."""

from __future__ import annotations

import unicodedata
import warnings
from dataclasses import dataclass
from functools import cache

import matplotlib.font_manager as fonts
from font_source_sans_pro import SourceSansPro, SourceSansProSemibold
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.textpath import TextToPath

from cxlab.figures.outline import outline

REGULAR, BOLD = "Source Sans Pro", "Source Sans Pro Semibold"
EM = 128
"""Steps of an outline in one font size: finer than a screen shows, and fine on paper."""

_MEASURED = 100
"""Size at which letters are measured; everything else is this in proportion."""

_FIXED = 65536
"""Widths come in 16.16 fixed point."""


Word = tuple[float, tuple[tuple[str, int], ...]]
"""Where it begins, in sizes; path data of its letters, each with its place in 128ths of the size."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """One letter: path data in 128ths of the size, empty for a space; how far the next one stands, in sizes."""

    data: str
    advance: float


@cache
def font(size: float, *, bold: bool = False) -> FontProperties:
    """Return the font at a size in pixels, for matplotlib's own text; registers the files on first use."""
    _register()
    return FontProperties(family=[BOLD if bold else REGULAR, "DejaVu Sans"], size=size)


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of one line of text, in pixels."""
    return _run(text, bold)[1] * size


def words_of(text: str, *, bold: bool = False) -> tuple[Word, ...]:
    """Return the words of a line with the place of each, letters placed from the beginning of their word."""
    return _run(text, bold)[0]


def drawable(text: str) -> str:
    r"""Return a text without what no letter stands for: control and direction marks, half characters.

    >>> drawable("En\u0301 90\x1b\u202e\ud800")
    'Eń 90'
    """
    whole = unicodedata.normalize("NFC", text.replace("\n", " ").replace("\t", " "))
    return "".join(letter for letter in whole if unicodedata.category(letter) not in ("Cc", "Cf", "Cs"))


@cache
def _run(text: str, bold: bool) -> tuple[tuple[Word, ...], float]:
    here, start, before = 0.0, 0.0, ""
    words: list[Word] = []
    letters: list[tuple[str, int]] = []
    for letter in f"{drawable(text)} ":
        glyph = _glyph(letter, bold)
        here += _nearer(before, letter, bold) if before else 0.0
        if glyph.data:
            start = start if letters else here
            letters.append((glyph.data, round((here - start) * EM)))
        elif letters:
            words.append((start, tuple(letters)))
            letters = []
        here += glyph.advance
        before = letter
    return tuple(words), here - _glyph(" ", bold).advance


@cache
def _glyph(letter: str, bold: bool) -> Glyph:
    face = _face(letter, bold)
    measured = face.load_char(ord(letter), flags=LoadFlags.NO_HINTING)
    vertices, codes = face.get_path()
    return Glyph(
        outline(vertices * (EM / _MEASURED), codes, digits=0), measured.linearHoriAdvance / _FIXED / _MEASURED
    )


@cache
def _nearer(one: str, other: str, bold: bool) -> float:
    """How much nearer a letter stands to the one before it than its width says (kerning), in sizes."""
    face = _face(one, bold)
    if one.isdigit() or other.isdigit() or " " in (one, other) or _face(other, bold) is not face:
        return 0.0
    laid = TextToPath().get_glyphs_with_font(face, one + other)[0]
    return float(laid[1][1]) / _MEASURED - _glyph(one, bold).advance if len(laid) == 2 else 0.0


@cache
def _face(letter: str, bold: bool) -> FT2Font:
    """Return the first font that has the letter."""
    for face in _faces(bold):
        if face.get_char_index(ord(letter)):
            return face
    warnings.warn(f"no font has the letter {letter!r} (U+{ord(letter):04X})", stacklevel=2)
    return _faces(bold)[-1]


@cache
def _faces(bold: bool) -> tuple[FT2Font, FT2Font]:
    first = SourceSansProSemibold if bold else SourceSansPro
    # faces of our own: matplotlib's are shared and change their size
    faces = FT2Font(first), FT2Font(fonts.findfont("DejaVu Sans"))
    for face in faces:
        face.set_size(_MEASURED, 72)
    return faces


def is_bold(prop: FontProperties) -> bool:
    """Whether a font of `font` is the bold one."""
    return prop.get_family()[0] == BOLD


@cache
def _register() -> None:
    for path in (SourceSansPro, SourceSansProSemibold):
        fonts.fontManager.addfont(path)
