"""Words that can stand for each other, so that one clause is not the same in every mouth."""

from __future__ import annotations

import re
from functools import cache

from cxlab.synth.comments.dice import Dice

_VI = {
    "không được": ("không được", "chẳng được"),
    "không biết": ("không biết", "chẳng biết", "chả biết"),
    "không hiểu": ("không hiểu", "chẳng hiểu", "chả hiểu"), "không thấy": ("không thấy", "chẳng thấy", "chả thấy"),
    "không ai": ("không ai", "chẳng ai", "chả ai"), "không có": ("không có", "chẳng có", "chả có"),
    "quá đáng": ("quá đáng", "quá quắt"), "quá hạn": ("quá hạn", "trễ hạn"),
    "quá": ("quá", "quá", "cực kỳ", "thật sự"),
    "hoài": ("hoài", "mãi", "suốt"), "lắm thay": ("lắm thay", "thay"), "lắm": ("lắm", "ghê", "thật"),
    "rất": ("rất", "cực", "khá"), "nhanh": ("nhanh", "nhanh gọn", "lẹ"), "tốt": ("tốt", "ổn", "ngon"),
    "chậm": ("chậm", "chậm rì", "ì ạch"), "nhà mạng": ("nhà mạng", "công ty"), "hôm": ("hôm", "bữa"),
    "khách hàng": ("khách hàng", "khách"), "khách": ("khách", "khách hàng", "người dùng"),
    "xong": ("xong", "xong xuôi"),
    "cảm ơn": ("cảm ơn", "cám ơn", "xin cảm ơn"), "hài lòng": ("hài lòng", "ưng ý"),
    "mong": ("mong", "hy vọng", "rất mong"),
    "ổn định": ("ổn định", "khá ổn định"), "ổn": ("ổn", "ok", "được"), "bực": ("bực", "tức"), "tệ": ("tệ", "dở"),
    "sửa": ("sửa", "khắc phục"), "đợi": ("đợi", "chờ"), "vẫn": ("vẫn", "vẫn cứ"),
    "bảo": ("bảo", "nói"),
    "bảo vệ": ("bảo vệ",), "bảo hiểm": ("bảo hiểm",), "bảo mật": ("bảo mật",), "thích": ("thích", "khoái"),
    "tiện": ("tiện", "tiện lợi"), "liên tục": ("liên tục", "suốt"),
    "cuối cùng": ("cuối cùng", "rốt cuộc"),
}  # fmt: skip
_EN = {
    "very": ("very", "really", "so"), "I am": ("I am", "I'm"), "good": ("good", "fine", "decent"),
    "great": ("great", "super"), "my phone": ("my phone", "my mobile", "the phone"),
    "please": ("please", "kindly"),
    "nobody": ("nobody", "no one"), "always": ("always", "constantly"),
    "slow": ("slow", "very slow", "super slow"),
    "the hotline": ("the hotline", "the call centre"), "easy": ("easy", "simple"), "cannot": ("cannot", "can't"),
    "can't": ("can't", "cannot"), "do not": ("do not", "don't"), "don't": ("don't", "do not"),
    "money": ("money", "cash"),
    "text": ("text", "message"), "package": ("package", "plan", "bundle"), "happy": ("happy", "glad", "pleased"),
    "terrible": ("terrible", "awful"), "hours": ("hours", "hrs"), "and": ("and", "&", "and"),
    "quick": ("quick", "fast"),
    "everything": ("everything", "all of it"), "too much": ("too much", "way too much"),
    "quickly": ("quickly", "fast"),
    "too many": ("too many", "far too many"), "expensive": ("expensive", "pricey"),
    "never": ("never", "never ever"),
    "did not": ("did not", "didn't"), "is not": ("is not", "isn't"), "annoying": ("annoying", "irritating"),
    "each time": ("each time", "every time"), "every day": ("every day", "daily"), "wrong": ("wrong", "incorrect"),
    "helpful": ("helpful", "useful"), "the whole": ("the whole", "the entire"),
    "satisfied": ("satisfied", "content"),
}  # fmt: skip
SWAP_SHARE = 0.5
_ME = re.compile(r"(?<!bực )(?<!tức )(?<!một )\bmình\b")


@cache
def _pattern(english: bool) -> re.Pattern[str]:
    words = sorted(_EN if english else _VI, key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(map(re.escape, words)) + r")\b")


def otherwise(words: str, *, dice: Dice, english: bool, me: str) -> str:
    """Return a clause in somebody's own words; ``me`` is what a Vietnamese speaker calls himself."""
    table = _EN if english else _VI
    words = _pattern(english).sub(
        lambda found: dice.pick(table[found[0]]) if dice.roll() < SWAP_SHARE else found[0], words
    )
    if english or me == "mình":
        return words
    return _ME.sub(me, words)
