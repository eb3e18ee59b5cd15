"""The made-up company with an attack in everything a person or a system could have typed."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from cxlab.tables.schema import TABLES

ATTACKS = (
    "<script>alert(1)</script>",
    "</title></style></textarea><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    '" autofocus onfocus="alert(4)" x="',
    "' onmouseover='alert(5)",
    "<svg onload=alert(6)><script>alert(7)</script></svg>",
    "<iframe srcdoc='<script>alert(8)</script>'></iframe>",
    "<a href='javascript:alert(9)'>go</a>",
    "[go](javascript:alert(10))",
    "![look](http://tracker.test/pixel.png)",
    "<http://tracker.test/auto>",
    '=HYPERLINK("http://tracker.test","go")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\x1b[31mred\x1b]8;;http://tracker.test\x07link",
    "abc\u202ecod.exe\u2066\u200f",
    "nul\x00byte\x08",
    "<style>*{background:url(http://tracker.test)}</style>",
    "<meta http-equiv=refresh content='0;url=http://tracker.test'>",
    "<base href=http://tracker.test><form action=http://tracker.test><input name=x autofocus>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(11)>",
    "&lt;script&gt;alert(12)&lt;/script&gt;",
    "<details open ontoggle=alert(13)>x",
)  # fmt: skip
"""What fires is numbered, so that whoever sees a dialog knows where it came from."""

OF_CUSTOMERS = (*ATTACKS, "{{ 7 * 7 }} {% raw %} {quarter}", "NaN% {value")
"""What customers may write as well; in a label it stops a report, as our own slips would."""

CODES = {
    "customers": ("segment", "region", "acq_source", "plan", "offer"),
    "contracts": ("product", "plan", "offer", "end_reason"),
    "transactions": ("channel",),
    "survey_responses": ("touchpoint_id", "mode"),
    "verbatims": ("source",),
    "codings": ("coder_id",),
    "touchpoints": ("touchpoint_id", "owner_unit", "channel", "stage"),
    "interactions": ("touchpoint_id", "channel", "task"),
    "loop_cases": ("owner_unit", "root_cause", "outcome"),
    "referrals": ("stated_reason",),
    "initiatives": ("owner", "scope"),
}
"""Codes that are attacked alike wherever they stand, so that tables still join."""

TEXTS = {
    "verbatims": ("text",),
    "codings": ("memo",),
    "touchpoints": ("name", "name_vi"),
    "initiatives": ("name_en", "name_vi", "control_rule"),
    "targets": ("owner",),
    "events": ("name_en", "name_vi"),
    "decisions": ("role", "text_en", "text_vi"),
    "commentary": ("role", "text"),
}
"""Texts: an attack stands before every second one."""

KEPT = ("tu_do", "en90", "rrd", "shop", "a", "")
"""Codes the study file itself names in its rules."""

FILE_NAME = "verbatims <img src=x onerror=alert(14)> =1+1.parquet"


def attack_on(code: str) -> str:
    """The attack that stands for a code, always the same one; the code stays readable behind it."""
    number = zlib.crc32(code.encode())
    return code if code in KEPT or number % 3 == 0 else f"{ATTACKS[number % len(ATTACKS)]} {code}"


def attack(folder: Path) -> None:
    """Attack a study: ``study.toml``, ``codebook.yaml`` and ``sample/`` in a folder."""
    for path in sorted((folder / "sample").glob("*.parquet")):
        table = pd.read_parquet(path, dtype_backend="pyarrow")
        for column in _open_codes(path.stem) & set(table.columns):
            table[column] = table[column].map(attack_on, na_action="ignore")
        for column in set(TEXTS.get(path.stem, ())) & set(table.columns):
            attacks = OF_CUSTOMERS if path.stem == "verbatims" else ATTACKS
            table[column] = [_before(place, text, attacks) for place, text in enumerate(table[column])]
        table.to_parquet(path)
    (folder / "sample" / "verbatims.parquet").rename(folder / "sample" / FILE_NAME)
    _attack_study_file(folder / "study.toml")
    _attack_codebook(folder / "codebook.yaml")


def _open_codes(table: str) -> set[str]:
    """Columns of a table that may hold any code: a list of allowed ones is a wall of its own."""
    closed = {column.name for column in TABLES[table].columns if column.codes} if table in TABLES else set()
    return set(CODES.get(table, ())) - closed


def _before(place: int, text: object, attacks: Sequence[str]) -> object:
    if pd.isna(text) or place % 2:
        return text
    return f"{attacks[place // 2 % len(attacks)]} {text}"


def _attack_study_file(path: Path) -> None:
    """Attack the study's name and every second label, and point at the file with the evil name."""
    text = path.read_text(encoding="utf-8").replace("sample/verbatims.parquet", f"sample/{FILE_NAME}")
    text = text.replace('name = "Cánh Én Mobile"', f"name = {_toml('Cánh Én ' + ' '.join(ATTACKS[:3]))}")
    count = iter(range(10_000))

    def attacked(match: re.Match[str]) -> str:
        number = next(count)
        words = f"{ATTACKS[number // 2 % len(ATTACKS)]} {match[2]}"
        return match[0] if number % 2 else f"{match[1]}{_toml(words)}"

    head, labels, rest = text.partition("[labels.")
    rest = re.sub(r'(\b(?:en|vi) = )"([^"]*)"', attacked, rest)
    path.write_text(head + labels + rest, encoding="utf-8")


def _toml(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda sign: f"\\u{ord(sign[0]):04x}", escaped) + '"'


def _attack_codebook(path: Path) -> None:
    """Attack every second name and meaning of the codebook; one holds half a character."""
    count = iter(range(10_000))

    def attacked(match: re.Match[str]) -> str:
        number = next(count)
        words = f"{ATTACKS[number // 2 % len(ATTACKS)]} {match[2]}" if number % 2 == 0 else match[2]
        return f"{match[1]}{_toml(words)}"

    text = path.read_text(encoding="utf-8")
    pattern = r"^(  (?:name_en|name_vi|definition|include|exclude): )([^\n]*)$"
    text = re.sub(pattern, attacked, text, flags=re.MULTILINE)
    half = re.sub(r'^(  definition: "[^\n]*)"$', r'\1\\ud800"', text, count=1, flags=re.MULTILINE)
    path.write_text(half, encoding="utf-8")
