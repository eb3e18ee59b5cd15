"""What may stand on a page: an allow-list of markup, and text without control characters.

Everything that reaches a page from data, from a notebook or from a person goes through here. The allow-list is
the first wall; the content security policy of the page and `verify_pages` are the second and the third.
"""

from __future__ import annotations

import re

import nh3

TAGS = frozenset(
    "a abbr article aside b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure "  # noqa: SIM905
    "footer h2 h3 h4 hr i img li ol p picture pre s section small source span strong sub summary sup table tbody "
    "td tfoot th thead time tr ul".split()
)
"""Elements a notebook's output may bring; ``h1`` is the page's own, except on a page that is a board."""

EVERYWHERE = {"class", "id", "lang", "aria-label", "aria-labelledby", "aria-describedby", "tabindex", "role"}
ATTRIBUTES = {
    "*": EVERYWHERE,
    "a": {"href", "download"},
    "abbr": {"title"},
    "source": {"srcset", "media", "width", "height"},
    "img": {"src", "alt", "width", "height"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"data-n", "colspan", "rowspan"},
    "section": {"data-finding"},
    "details": {"open"},
    "time": {"datetime"},
    "ol": {"start"},
}
GONE_WITH_THEIR_TEXT = {"script", "style", "iframe", "object", "embed", "template", "noscript", "svg", "math"}
ROLES = {"note", "group", "img", "list", "listitem"}

_IMAGE = re.compile(r"data:image/(svg\+xml|png|jpeg);base64,[A-Za-z0-9+/=\s]+\Z")
_RELATIVE = re.compile(r"(?:[A-Za-z0-9_.\-]+/)*[A-Za-z0-9_.\-]*(?:#[^\s\"'<>]*)?\Z")

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks that turn the reading direction
    "\u2028\u2029\ufeff\ufffe\uffff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def plain(text: str) -> str:
    r"""Drop terminal colours, control characters and direction marks; replace lone surrogates.

    >>> plain("a\x1b[31mb\x00\u202ec\ud800")
    'abc\ufffd'
    """
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", _ANSI.sub("", text)))


def allowed(html: str, *, heading: bool = False) -> str:
    """Return the markup that may stand on a page; what may not is dropped, with its text where it is code.

    Parameters
    ----------
    html : str
        A fragment.
    heading : bool
        Keep ``h1``: for the body of a board, which brings its own.
    """
    tags = set(TAGS) | ({"h1"} if heading else set())
    kept = nh3.clean(
        plain(html),
        tags=tags,
        clean_content_tags=GONE_WITH_THEIR_TEXT,
        attributes=ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"data"},
        link_rel=None,
    )
    return plain(re.sub(r"<img(?![^>]*\ssrc=)[^>]*>", "", kept))


def _attribute(_tag: str, name: str, value: str) -> str | None:
    if name in ("src", "srcset"):
        return value if _IMAGE.match(value) else None
    if name == "href":
        return value if value.startswith("#") or _RELATIVE.match(value) else None
    if name == "role":
        return value if value in ROLES else None
    if name == "tabindex":
        return value if value == "0" else None
    return value
