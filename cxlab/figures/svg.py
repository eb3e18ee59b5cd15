"""Small, plain and repeatable SVG: no comments, no metadata, no more digits than a screen can show."""

from __future__ import annotations

import io
import re
from collections import Counter
from string import ascii_letters
from xml.etree import ElementTree

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from cxlab.figures.outline import relative
from cxlab.figures.style import INK

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_COARSE = 50.0
"""Glyph outlines come in 6400ths of their size; a 128th is finer than a screen shows, and fine on paper."""

_GLYPH = 0.015625 * _COARSE
_MOVED = re.compile(r"translate\(([-\d.]+) 0\)")
_PLACED = re.compile(r"translate\(([-\d.]+) ([-\d.]+)\) scale\(([\d.]+) -[\d.]+\)")


def svg_of(figure: Figure, *, alt: str) -> str:
    """Write a figure as one ``<svg>`` element with its alternative text as label.

    Names inside it are as short as can be: put it into a page as an image, not as markup among others.
    """
    written = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    FigureCanvasSVG(figure).print_figure(written, format="svg", dpi=72, metadata=nothing)
    text = written.getvalue()
    root = ElementTree.fromstring(text)
    for unwanted in (*root.findall(f"{_SVG}metadata"), *root.findall(f"{_SVG}defs[{_SVG}style]")):
        root.remove(unwanted)
    _gather_definitions(root)
    _rename(root)
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        element.text = element.tail = None
        _shorten(element)
    _prune(root)
    _join(root)
    width, height = (f"{float(side) * 72:g}" for side in figure.get_size_inches())
    root.attrib.clear()
    root.attrib |= {
        "xmlns": "http://www.w3.org/2000/svg",
        "role": "img",
        "aria-label": alt,
        "width": width,
        "height": height,
        "viewBox": f"0 0 {width} {height}",
        "stroke-linejoin": "round",
        "fill": INK,
    }
    return ElementTree.tostring(root, encoding="unicode").replace(" />", "/>")


def _gather_definitions(root: ElementTree.Element) -> None:
    """Put every definition into one element at the beginning."""
    gathered = ElementTree.Element(f"{_SVG}defs")
    for parent in list(root.iter()):
        for definitions in parent.findall(f"{_SVG}defs"):
            gathered.extend(definitions)
            parent.remove(definitions)
    root.insert(0, gathered)


def _rename(root: ElementTree.Element) -> None:
    """Give what is referred to a short name; drop all other names, and glyphs without an outline (spaces)."""
    defined = root[0]
    blank = {each.get("id") for each in defined if each.tag == f"{_SVG}path" and not each.get("d")}
    for each in [each for each in defined if each.get("id") in blank]:
        defined.remove(each)
    for parent in list(root.iter()):
        for each in parent.findall(f"{_SVG}use"):
            if each.get(_HREF, "")[1:] in blank:
                parent.remove(each)
    used = Counter(element.get(_HREF, "")[1:] for element in root.iter())
    often = sorted(defined, key=lambda each: -used[each.get("id", "")])
    names = {each.get("id"): _letters(place) for place, each in enumerate(often)}
    for element in root.iter():
        name = element.attrib.pop("id", None)
        if name in names:
            element.set("id", names[name])
        if _HREF in element.attrib:
            element.set("href", f"#{names[element.attrib.pop(_HREF)[1:]]}")
        clip = re.fullmatch(r"url\(#(.+)\)", element.get("clip-path", ""))
        if clip:
            element.set("clip-path", f"url(#{names[clip[1]]})")


def _letters(number: int) -> str:
    """Write a number in letters, the shortest name there is.

    >>> _letters(0), _letters(51), _letters(53)
    ('a', 'Z', 'bb')
    """
    letters = ""
    while number or not letters:
        number, letter = divmod(number, len(ascii_letters))
        letters = ascii_letters[letter] + letters
    return letters


def _shorten(element: ElementTree.Element) -> None:
    """Keep the digits that show; glyphs lose their own scale to the text that uses them."""
    outline, transform = element.get("d"), element.attrib.pop("transform", "")
    if outline is not None and transform:
        element.set("d", relative(outline, scale=1 / _COARSE, digits=0))
    elif outline is not None:
        element.set("d", relative(outline, scale=1, digits=1))
    elif element.tag == "use" and transform:
        element.set("x", f"{float(_MOVED.fullmatch(transform)[1]) / _GLYPH:.0f}")  # type: ignore[index]
    elif transform:
        x, y, size = map(float, _PLACED.fullmatch(transform).groups())  # type: ignore[union-attr]
        scale = f"{size * _GLYPH:.4g}"
        element.set("transform", f"translate({x:.1f} {y:.1f})scale({scale}-{scale})")
    for name in ("x", "y", "width", "height"):
        if "." in element.get(name, ""):
            element.set(name, f"{float(element.attrib[name]):.1f}")
    style = re.sub(r"(?<=[:;]) +", "", element.attrib.pop("style", ""))
    if style and not (element.tag == "g" and style == f"fill:{INK}"):
        element.set("style", style)


def _join(element: ElementTree.Element) -> None:
    """Join neighbouring lines of one style into one path; drop paths that paint nothing."""
    kept: list[ElementTree.Element] = []
    for child in element:
        _join(child)
        outline, before = child.attrib.get("d", ""), kept[-1] if kept else None
        look = {name: value for name, value in child.attrib.items() if name != "d"}
        if child.tag == "path" and look.get("style") == "fill:none":
            continue
        same = before is not None and {k: v for k, v in before.attrib.items() if k != "d"} == look
        if before is not None and same and child.tag == "path" and "fill:none" in look.get("style", ""):
            before.set("d", f"{before.attrib['d']}M{outline[1:]}")
        else:
            kept.append(child)
    element[:] = kept


def _prune(element: ElementTree.Element) -> None:
    """Drop empty groups, and open those that say nothing about what they hold."""
    kept: list[ElementTree.Element] = []
    for child in element:
        _prune(child)
        if child.tag == "g" and not child.attrib:
            kept.extend(child)
        elif child.tag != "g" or len(child):
            kept.append(child)
    element[:] = kept
