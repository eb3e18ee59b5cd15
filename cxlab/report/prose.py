"""Markdown that people wrote, as HTML that may stand on a page."""

from __future__ import annotations

import re
from functools import cache
from typing import cast

import mistune
from markupsafe import Markup

from cxlab.report.clean import allowed, plain

_TITLE = re.compile(r"<h1\b.*?</h1>", re.DOTALL)
_HEADING = re.compile(r"<(/?)h[2-6]\b[^>]*>")


def prose(source: str) -> Markup:
    """Write Markdown as HTML; raw HTML in it is shown as text, a top-level heading is the notebook's own."""
    written = cast(str, _markdown()(plain(source)))
    written = written.replace(' href="#harmful-link"', "")  # what mistune makes of an address that could run
    kept = allowed(_HEADING.sub(r"<\1h2>", _TITLE.sub("", written)))
    return Markup(kept.replace("<th>", '<th scope="col">').strip())


def inline(source: str) -> Markup:
    """Write the Markdown of one paragraph without the paragraph around it."""
    return Markup(re.sub(r"\A<p>|</p>\Z", "", prose(source)))


@cache
def _markdown() -> mistune.Markdown:
    return mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])
