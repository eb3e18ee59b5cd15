"""Words a translation forgot: ids of messages, and English of the catalogue on a page in another language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

_ENTRY = re.compile(r'^msgid "([^"]+)"\nmsgstr "([^"\n]*)"$', re.MULTILINE)
_ID = re.compile(r"(?<![\w./-])[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+(?![\w./-])")

FEWEST_WORDS = 3
"""Shorter sentences of the catalogue may be the same in two languages by chance."""


def words_left(words: str, *, language: str) -> Iterator[str]:
    """Yield what is left untranslated in a text."""
    known = _catalogue("en")
    for match in _ID.finditer(words):
        if match[0] in known:
            yield f"the id of a message in the text: {match[0]!r}"
    if (
        language not in ("", "en")
        and (phrase := _english(language)) is not None
        and (match2 := phrase.search(words))
    ):
        yield f"English on a page in {language!r}: {match2[0]!r}"


@cache
def _english(language: str) -> re.Pattern[str] | None:
    """Every English sentence whose translation differs, as one pattern."""
    if not (files("cxlab") / "locale" / f"{language}.po").is_file():
        return None
    translated = _catalogue(language)
    phrases = {
        sentence
        for id_, sentence in _catalogue("en").items()
        if "{" not in sentence and len(sentence.split()) >= FEWEST_WORDS and translated.get(id_) != sentence
    }
    longest_first = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return re.compile("|".join(map(re.escape, longest_first))) if longest_first else None


@cache
def _catalogue(language: str) -> dict[str, str]:
    text = (files("cxlab") / "locale" / f"{language}.po").read_text(encoding="utf-8")
    return dict(_ENTRY.findall(text))
