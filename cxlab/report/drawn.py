"""What an SVG could do beside drawing, read as a browser reads it: words in a label are only words."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

LINES = frozenset(
    "svg g defs path circle ellipse rect line polyline polygon use text tspan title desc image style".split()  # noqa: SIM905
)
"""Elements that draw."""

_POINTS = ("href", "src")
_INSIDE = re.compile(r"\s*(?:#|data:image/(?:png|jpeg);)")
_FETCH = re.compile(r"@import|url\(\s*['\"]?(?!#|data:image/(?:png|jpeg);)|javascript:", re.IGNORECASE)


def more_than_lines(svg: str) -> str | None:
    """Return what makes a picture more than lines; None if it only draws.

    >>> more_than_lines("<svg aria-label=' onload=1'><path d='M0 0'/></svg>") is None
    True
    >>> more_than_lines("<svg onload='1'/>")
    'onload'

    Raises
    ------
    ValueError
        If it is no XML.
    """
    if "<!" in svg or "<?" in svg:
        return "<!" if "<!" in svg else "<?"
    try:
        elements = ET.fromstring(svg).iter()
    except ET.ParseError as error:
        raise ValueError(f"no picture: {error}") from None
    return next((found for element in elements if (found := _in_element(element)) is not None), None)


def _in_element(element: ET.Element) -> str | None:
    tag = element.tag.rpartition("}")[2]
    if tag not in LINES or (tag == "style" and _FETCH.search(element.text or "")):
        return f"<{tag}>"
    for name, value in element.attrib.items():
        bare = name.rpartition("}")[2].lower()
        points = bare in _POINTS and not _INSIDE.match(value)
        if bare.startswith("on") or points or (bare != "aria-label" and _FETCH.search(value)):
            return bare
    return None
