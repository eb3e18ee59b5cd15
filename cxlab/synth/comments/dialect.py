"""Words that differ by region; clauses are written with the northern ones."""

from __future__ import annotations

import re
from collections.abc import Mapping

SOUTH = {
    "đắt": "mắc", "dùng": "xài", "nhé": "nha", "nghìn": "ngàn", "bố mẹ": "ba má", "thế": "vậy",
    "hỏng": "hư", "bảo": "kêu", "bảo vệ": "bảo vệ", "bảo hiểm": "bảo hiểm", "bảo mật": "bảo mật",
    "thế giới": "thế giới",
    "thế chấp": "thế chấp", "rẽ": "quẹo", "xấu": "dở", "to lên": "bự lên", "bực": "quạu",
    "lắm": "dữ lắm", "không hiểu": "hổng hiểu", "không biết": "hổng biết", "ghê": "dữ", "mẹ mình": "má mình",
    "khó chịu lắm": "khó chịu dữ thần", "giúp": "giùm",
}  # fmt: skip
CENTRE = {
    "sao": "răng", "thế": "rứa", "gì": "chi", "không hiểu": "nỏ hiểu", "không biết": "nỏ biết", "đâu có": "mô có",
    "mẹ mình": "mạ tui", "vậy": "rứa", "bảo": "biểu", "bảo vệ": "bảo vệ", "bảo hiểm": "bảo hiểm",
    "bảo mật": "bảo mật",
    "thế giới": "thế giới", "thế chấp": "thế chấp", "chỗ nào": "chỗ mô", "thế nào": "răng", "nhé": "hí",
    "mình": "tui", "không liên lạc": "nỏ liên lạc", "với mẹ": "với mạ", "kia": "tê",
}  # fmt: skip
REGION_WORDS: Mapping[str, Mapping[str, str]] = {"cch": CENTRE, "hcm": SOUTH, "se": SOUTH, "mkd": SOUTH}


def _pattern(words: Mapping[str, str]) -> re.Pattern[str]:
    longest = sorted(words, key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(map(re.escape, longest)) + r")\b")


_PATTERNS = {region: _pattern(words) for region, words in REGION_WORDS.items()}


def spoken(text: str, *, region: str) -> str:
    """Return a clause in the words of a region.

    >>> spoken("đắt thế, dùng làm gì nhé", region="hcm")
    'mắc vậy, xài làm gì nha'
    """
    words = REGION_WORDS.get(region)
    if words is None:
        return text
    return _PATTERNS[region].sub(lambda found: words[found[0]], text)
