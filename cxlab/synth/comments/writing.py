"""How people type: tone marks or none, teencode, placement of marks, slips, capitals."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from cxlab.synth.comments.dice import Dice

_TEEN = {
    "không": "ko", "được": "dc", "gì": "j", "vậy": "z", "rồi": "r", "chưa": "ch", "mình": "mk", "trước": "trc",
    "nhân viên": "nv", "tin nhắn": "tn", "hôm nay": "hn", "luôn": "lun", "quá": "wa", "sao": "s", "biết": "bít",
    "nhiều": "nhìu", "với": "vs", "khách hàng": "kh", "điện thoại": "dt", "người": "ng", "tháng": "thg",
    "trong": "trog", "cũng": "cug", "thôi": "thui", "yêu": "iu", "bây giờ": "bh", "tiền": "tìn", "thích": "thik",
    "những": "nhữg", "chồng": "ck", "vợ": "vk",
}  # fmt: skip
_TEEN_WORDS = re.compile(r"\b(?:" + "|".join(sorted(_TEEN, key=len, reverse=True)) + r")\b", re.IGNORECASE)
_SHORT = {"không": "k", "được": "dc", "rồi": "r", "tin nhắn": "tn", "gì": "j", "nhân viên": "nv"}
_SHORT_WORDS = re.compile(r"\b(?:" + "|".join(_SHORT) + r")\b", re.IGNORECASE)
_PLACES = {
    "òa": "oà", "óa": "oá", "ỏa": "oả", "õa": "oã", "ọa": "oạ", "òe": "oè", "óe": "oé", "ỏe": "oẻ", "õe": "oẽ",
    "ọe": "oẹ", "ùy": "uỳ", "úy": "uý", "ủy": "uỷ", "ũy": "uỹ", "ụy": "uỵ",
}  # fmt: skip
_OPEN = re.compile("(" + "|".join(_PLACES) + r")\b")
_KEYS = {"â": "aa", "ê": "ee", "ô": "oo", "đ": "dd", "ă": "aw", "ơ": "ow", "ư": "uw"}


@cache
def _bare_letters() -> dict[int, str]:
    table = {ord("đ"): "d", ord("Đ"): "D"}
    for code in (*range(0xC0, 0x1B1), *range(0x1EA0, 0x1EFA)):
        plain = unicodedata.normalize("NFD", chr(code))[0]
        if plain.isascii() and plain.isalpha():
            table[code] = plain
    return table


def without_marks(text: str) -> str:
    """Return Vietnamese without any mark.

    >>> without_marks("Tăng giá đột ngột")
    'Tang gia dot ngot'
    """
    return text.translate(_bare_letters())


def partly(text: str, *, dice: Dice) -> str:
    """Return a text in which about every other word has lost its marks."""
    return " ".join(without_marks(word) if dice.roll() < 0.5 else word for word in text.split(" "))


def teencode(text: str) -> str:
    """Return a text in the short forms of the young.

    >>> teencode("không được rồi")
    'ko dc r'
    """
    return _TEEN_WORDS.sub(lambda found: _TEEN[found[0].lower()], text)


def shortened(text: str) -> str:
    """Return a text with the short forms everybody uses when typing without marks.

    >>> shortened("gọi không được")
    'gọi k dc'
    """
    return _SHORT_WORDS.sub(lambda found: _SHORT[found[0].lower()], text)


def new_marks(text: str) -> str:
    """Return a text with marks placed the new way.

    >>> new_marks("hòa, thủy, hoàn")
    'hoà, thuỷ, hoàn'
    """
    return _OPEN.sub(lambda found: _PLACES[found[0]], text)


def slip(text: str, *, dice: Dice) -> str:
    """Return a text with one slip of the finger: a key twice, two swapped, a letter as its keys, a lost space."""
    if len(text) < 6:
        return text
    at = 1 + dice.below(len(text) - 3)
    kind = dice.below(4)
    if kind == 0:
        return text[:at] + text[at] + text[at:]
    if kind == 1:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == 2:
        found = next((place for place in range(at, len(text)) if text[place] in _KEYS), None)
        return text if found is None else text[:found] + _KEYS[text[found]] + text[found + 1 :]
    space = text.find(" ", at)
    return text if space < 0 else text[:space] + text[space + 1 :]


def english_short(text: str, *, dice: Dice) -> str:
    """Return English as it is typed in a hurry: no apostrophes, small letters, u for you."""
    text = text.replace("'", "").replace("’", "")
    if dice.roll() < 0.5:
        text = re.sub(r"\byou\b", "u", text)
        text = re.sub(r"\bplease\b", "pls", text)
        text = re.sub(r"\bbecause\b", "cuz", text)
    return text
