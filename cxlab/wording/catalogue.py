"""The catalogues: read from ``cxlab/locale`` and compiled in memory, so that only the ``.po`` files are kept."""

from __future__ import annotations

import gettext
import io
import re
from functools import cache
from importlib.resources import files

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("en", "vi")
"""The languages of the catalogues."""


@cache
def catalogue(language: str) -> gettext.GNUTranslations:
    """Read the catalogue of a language, once.

    Raises
    ------
    ValueError
        If there is none.
    """
    if language not in LANGUAGES:
        raise ValueError(f"a language is one of {', '.join(LANGUAGES)}; got {language!r}")
    with (files("cxlab") / "locale" / f"{language}.po").open("rb") as lines:
        compiled = io.BytesIO()
        write_mo(compiled, read_po(lines, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def family(name: str) -> tuple[str, ...]:
    """Return what follows ``name.`` in the ids of a family of messages, in the order of the catalogue.

    >>> family("among")
    ('all', 'large')
    """
    text = (files("cxlab") / "locale" / f"{LANGUAGES[0]}.po").read_text(encoding="utf-8")
    return tuple(re.findall(rf'^msgid "{re.escape(name)}\.([^"]+)"$', text, flags=re.MULTILINE))


def knows(language: str, message: str) -> bool:
    """Whether the catalogue has a message of this id."""
    return catalogue(language).gettext(message) != message


def pattern(language: str, message: str, *, one: bool = False) -> str:
    """Return the sentence of a message id, placeholders unfilled; ``one`` asks for the singular.

    Raises
    ------
    KeyError
        If the catalogue has no such message.
    """
    words = catalogue(language)
    found = words.ngettext(message, message, 1 if one else 2)
    if found == message:
        found = words.gettext(message)
    if found == message:
        raise KeyError(
            f"the {language!r} catalogue has no message {message!r}; add it to cxlab/locale/{language}.po"
        )
    return found
