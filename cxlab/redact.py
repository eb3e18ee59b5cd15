"""Text made fit to keep: cleaned of what breaks programs, and of what tells who somebody is.

`clean` comes first, `redact` works on clean text, `kept` does both. Spans are code points, half-open. What is
found is replaced by a mark such as ``[phone]``; names are only suggested (`suggested_names`), because too many
are words. Nothing here reads or writes files.
"""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["email", "url", "handle", "card", "phone", "id", "plate", "name"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """Characters ``start`` to ``end`` (the first one after) of a text and what they are."""

    start: int
    end: int
    kind: Kind

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span begins at 0 or later and before it ends; got {self.start} to {self.end}")


_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\u00ad\u034f\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
    "\ud800-\udfff]"
)
"""C0 codes but tab and line feed, invisible characters, bidirectional controls, half characters."""

_DIGITS = {code: str(unicodedata.decimal(chr(code))) for code in range(0x80, 0x1FC00) if chr(code).isdecimal()}
_PLAIN = {**{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}, 0x3000: " ", **_DIGITS}
"""Digits of other scripts, and the wide forms of ASCII, as plain characters: a number is a number."""

_JOINERS = "\u200c\u200d\ufe0e\ufe0f\u20e3"
_STRANGE = re.compile(f"[\u0660-\u1c59{_JOINERS}\u3000-\U0001fbff]")
"""Where they may be: one look at a text says for most that nothing is disguised."""

_JOINED = re.compile(f"(?<=[ -~])[{_JOINERS}]+")
"""Joiners belong between pictures and letters of other scripts; after these they only hide something."""


def clean(text: str) -> str:
    r"""Return text as it is kept: NFC, no half characters, no control codes, no bidirectional overrides.

    >>> clean("a\x00b\r\nc\u202e\ud800")
    'ab\nc\ufffd'
    """
    if _UNFIT.search(text):
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = _UNFIT.sub(lambda found: "\ufffd" if "\ud800" <= found[0] <= "\udfff" else "", text)
    if text.isascii():
        return text
    if _STRANGE.search(text):
        text = _JOINED.sub("", text.translate(_PLAIN))
    return unicodedata.normalize("NFC", text)


def redact(text: str) -> tuple[str, tuple[Span, ...]]:
    """Replace personal data by marks.

    E-mail addresses, web addresses, handles, payment cards (13 to 19 digits with a valid check digit [1]_),
    Vietnamese phone numbers (0, 84 or +84, in one piece or with spaces, dots, dashes, parentheses), ids of 12 and
    of 9 digits, vehicle plates.

    Parameters
    ----------
    text : str
        Clean text.

    Returns
    -------
    text : str
        With ``[email]``, ``[url]``, ``[handle]``, ``[card]``, ``[phone]``, ``[id]``, ``[plate]`` in their places.
    spans : tuple of Span
        What was found, in the text as given, by position; spans do not overlap.

    References
    ----------
    .. [1] ISO/IEC 7812-1, Annex B: the Luhn formula.

    Examples
    --------
    >>> redact("goi lai 0912.345.678 nhe")[0]
    'goi lai [phone] nhe'
    """
    found = _found(text)
    if not found:
        return text, ()
    parts, at = [], 0
    for span in found:
        parts += [text[at : span.start], f"[{span.kind}]"]
        at = span.end
    return "".join([*parts, text[at:]]), tuple(found)


def kept(texts: Iterable[str]) -> Iterator[str]:
    """Yield texts clean and redacted."""
    for text in texts:
        yield redact(clean(text))[0]


_TRAILING = re.compile(r"[.,;:!?)\]}'\"…]+$")
_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}(?:(?:@| @ | ?[(\[]at[)\] ] ?)(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}"
    r"|(?:@| @ )(?:gmail|yahoo|hotmail|outlook|icloud)\b)",
    re.IGNORECASE | re.ASCII,
)
_URL = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|(?<![\w@.-])(?:[a-z0-9-]{2,63}\.){1,8}(?:com|vn|org|edu|gov)\b(?:/\S*)?"
    r"|(?<![\w@.-])(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,6}/\S+",
    re.IGNORECASE | re.ASCII,
)
_HANDLE = re.compile(r"(?<![\w@.])@[A-Za-z][\w.]{2,30}", re.ASCII)
_ACCOUNT = re.compile(
    r"\b(?:zalo|facebook|fb|tiktok|instagram|insta|ig|telegram|skype|viber)\s?[:=]\s?"
    r"(?=[\w.]*[\d_]|[\w.]{8})([A-Za-z][\w.]{3,40})",
    re.IGNORECASE | re.ASCII,
)
_DOT_WORD = re.compile(r"\w\.[A-Za-z]{2}", re.ASCII)
_FIVE_DIGITS = re.compile(r"\d(?:\D*\d){4}")
"""Plates, phones, ids, cards have at least so many."""

_SPACES = r" .\u00a0\u2007-\u200a\u2010-\u2015\u202f\u2212"
_GAP, _NARROW = f"[{_SPACES}()-]", f"[{_SPACES}-]"
"""What people put between the digits of a number: spaces, dots, dashes of every width, parentheses."""

_LONG_NUMBER = re.compile(rf"\d(?:{_GAP}{{0,3}}\d){{8}}")
_CARD = re.compile(rf"(?<!\d)\d(?:{_NARROW}?\d){{12,18}}(?!\d)")
_PHONE = re.compile(
    rf"(?<!\d)(?:\(?(?:\+|00)?\(?84\)?{_NARROW}*(?:\(0\)|0)?|\(?0){_NARROW}*"
    rf"(?:[35789](?:{_GAP}{{0,2}}\d){{8}}|2(?:{_GAP}{{0,2}}\d){{9}}|1[2689](?:{_GAP}{{0,2}}\d){{8}})(?!\d)"
)
_TWELVE = re.compile(r"(?<![\d.,])\d{3}(?: ?\d{3}){3}(?![\d]|[.,]\d)")
_NINE = re.compile(r"(?<![\d.,])\d{3}(?: ?\d{3}){2}(?![\d]|[.,]\d)")
_PLATE = re.compile(
    r"(?<![\w.])[1-9]\d(?P<gap>[ -]?)(?P<letter>[A-HK-NPS-VX-ZĐ])(?P<second>[A-Z]??\d??)"
    r"(?P<mark>[ .-]?)(?P<number>\d{3}\.\d{2}|\d{5}|\d{4})(?![\w]|\.\d)",
    re.IGNORECASE,
)
_UNITS = frozenset("KGHMPTDSB")
"""Letters people write after a number: 50k, 4G, 24h, 30m, 15p, 2tr, 9đ."""


def _found(text: str) -> list[Span]:
    spans: list[Span] = []
    if "@" in text or "at)" in text or "at]" in text:
        _take(spans, _EMAIL, "email", text)
    if "://" in text or _DOT_WORD.search(text):
        _take(spans, _URL, "url", text, trimmed=True)
    if "@" in text:
        _take(spans, _HANDLE, "handle", text, trimmed=True)
    if ":" in text or "=" in text:
        _take(spans, _ACCOUNT, "handle", text, group=1)
    if not _FIVE_DIGITS.search(text):
        return sorted(spans)
    if _LONG_NUMBER.search(text):
        _take(spans, _CARD, "card", text, fits=_is_card)
        _take(spans, _PHONE, "phone", text, fits=_is_phone)
        _take(spans, _TWELVE, "id", text)
        _take(spans, _NINE, "id", text, fits=_is_no_amount)
    _take(spans, _PLATE, "plate", text, fits=_is_plate)
    return sorted(spans)


def _take(
    spans: list[Span],
    pattern: re.Pattern[str],
    kind: Kind,
    text: str,
    *,
    group: int = 0,
    trimmed: bool = False,
    fits: Callable[[re.Match[str]], bool] | None = None,
) -> None:
    """Add what a pattern finds where nothing was found before."""
    earlier = sorted(spans)
    starts = [span.start for span in earlier]
    for match in pattern.finditer(text):
        start, end = match.span(group)
        if match[group].startswith("(") and match[group].count("(") > match[group].count(")"):
            start += 1
        if trimmed:
            end -= len(found[0]) if (found := _TRAILING.search(match[group])) else 0
        before = bisect.bisect_left(starts, end) - 1  # the last one that begins before this ends
        free = before < 0 or earlier[before].end <= start
        if free and start < end and (fits is None or fits(match)):
            spans.append(Span(start=start, end=end, kind=kind))


def _digits(match: re.Match[str]) -> list[int]:
    return [int(mark) for mark in match[0] if mark.isdigit()]


def _is_card(match: re.Match[str]) -> bool:
    digits = _digits(match)[::-1]
    if len(set(digits)) == 1:
        return False
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_phone(match: re.Match[str]) -> bool:
    """Say whether digits stand in few enough groups: lists of small numbers stand in many."""
    groups = len(re.findall(r"\d+", match[0]))
    return groups <= (7 if match[0].lstrip("(").startswith("+") else 5)


def _is_no_amount(match: re.Match[str]) -> bool:
    return not match[0].endswith("000")


def _is_plate(match: re.Match[str]) -> bool:
    """Tell a plate from an amount, an hour, a speed with a number after it."""
    number, upper = match["number"], (match["letter"] + match["second"]).isupper()
    unit = match["letter"].upper() in _UNITS and not match["second"]
    if "." in number:
        return True
    if len(number) == 4:
        year = unit and number.startswith(("19", "20"))
        return upper and match["mark"] == "-" and not year and not number.endswith("00")
    if unit:
        return upper and match["mark"] != " " and not number.endswith("00")
    return upper or match["mark"] != " "


_SURNAMES = (
    "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đinh|Trịnh|Đoàn|Lâm|Mai|Trương|Đào|Cao|"
    "Nguyen|Tran|Pham|Hoang|Huynh|Vu|Vo|Dang|Bui|Ngo|Duong|Dinh|Trinh|Doan|Truong"
)
_CAPITAL = r"[A-ZÀ-ÝĂĐĨŨƠƯẠ-Ỹ][a-zà-ýăđĩũơưạ-ỹ]+"
_NAMES = re.compile(
    rf"\b(?:{_SURNAMES})(?: {_CAPITAL}){{1,3}}\b"
    rf"|(?<=\btên )(?:là )?{_CAPITAL}(?: {_CAPITAL}){{0,3}}"
    rf"|(?<=\b[Mm]y name is )[A-Z][a-z]+(?: [A-Z][a-z]+){{0,2}}"
)


def suggested_names(text: str) -> tuple[Span, ...]:
    """Return what may be names of people, for a person to decide on; nothing is removed.

    >>> [(span.start, span.end) for span in suggested_names("gặp chị Trần Thị Mẫu nhé")]
    [(8, 20)]
    """
    return tuple(Span(start=match.start(), end=match.end(), kind="name") for match in _NAMES.finditer(text))
