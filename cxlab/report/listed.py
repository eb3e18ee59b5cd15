"""Findings that are lists of words: what customers said, and what had to hold."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup

from cxlab.finding import Estimate, Finding, Label
from cxlab.report.clean import plain
from cxlab.report.tables import Row, missing
from cxlab.wording import Wording

WHO = ("grp", "plan", "tenure")
"""Columns of a quote that may say who speaks: groups, never a person."""


def is_quotes(finding: Finding) -> bool:
    """Whether a finding's rows are texts people wrote."""
    return "text" in finding.table.columns


def quotes_html(finding: Finding, *, wording: Wording, minimum_n: int) -> Markup:
    """Write the texts of a finding as quotations, each in the language it was written in.

    Parameters
    ----------
    finding : Finding
        Table columns ``text``, and where known ``kind``, ``theme``, ``language``, ``grp``, ``plan``; ``estimate``
        is the score given, ``n`` the number of texts behind the theme.
    wording : Wording
        The language of everything but the texts.
    minimum_n : int
        Quotations of rarer themes are left out: they could point at a person.
    """
    rows = finding.table[finding.table["n"].fillna(0) >= minimum_n].to_dict("records")
    quoted = [
        quote_html(
            str(row["text"]),
            language=_word(row.get("language")),
            who=[*_kind(row, wording), *_who(row, wording), *_score(row, wording)],
        )
        for row in rows
    ]
    return Markup('<div class="quotes">\n{}\n</div>').format(Markup("\n").join(quoted)) if quoted else Markup("")


def quote_html(words: str, *, language: str, who: Sequence[str], kind: str = "") -> Markup:
    """Write one quotation with what may be said of who speaks."""
    spoken = Markup(' lang="{}"').format(plain(language)) if language.isalpha() else Markup("")
    named = Markup(' class="{}"').format(kind) if kind.isalpha() else Markup("")
    return Markup("<blockquote{}><p{}>{}</p><footer>{}</footer></blockquote>").format(
        named, spoken, plain(words), plain(" · ".join(dict.fromkeys(who)))
    )


def score_text(score: float, wording: Wording) -> str:
    """Say which score was given with a text."""
    return wording.text("overview.quote.score", score=round(score))


def _kind(row: Row, wording: Wording) -> list[str]:
    kind, theme = _word(row.get("kind")), _word(row.get("theme"))
    said = [wording.label(Label(of="quote", code=kind))] if kind else []
    return [*said, wording.label(Label(of="theme", code=theme))] if theme else said


def _who(row: Row, wording: Wording) -> list[str]:
    return [wording.label(Label(of=name, code=_word(row[name]))) for name in WHO if _word(row.get(name))]


def _score(row: Row, wording: Wording) -> list[str]:
    score = row.get("estimate")
    return [] if pd.isna(score) else [score_text(float(score), wording)]


def _word(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value)  # type: ignore[call-overload]


def is_checks(finding: Finding) -> bool:
    """Whether a finding's rows are checks: its table has a column ``check`` with their codes."""
    return "check" in finding.table.columns


def checks_html(finding: Finding, *, wording: Wording) -> Markup:
    """Write a table of checks as a list of sentences, each passed, failed or not done.

    A row speaks by the finding's check of the same name; a row without one by its column ``passed`` and the
    message ``check.<code>.passed``, ``.failed`` or ``.open``.
    """
    told = {check.name: check for check in finding.checks}
    rows = [(row, told.get(str(row["check"]))) for row in finding.table.to_dict("records")]
    items = [
        _item(check.passed, wording.say(check.message), wording)
        if check is not None
        else _item(_passed(row), _sentence(row, finding, wording), wording)
        for row, check in rows
    ]
    return Markup('<ul class="checks">\n{}\n</ul>').format(Markup("\n").join(items))


def _item(passed: bool | None, sentence: str, wording: Wording) -> Markup:
    state, word = state_of(passed)
    return Markup('<li class="{}"><b>{}</b> {}</li>').format(state, plain(wording.text(word)), plain(sentence))


def _passed(row: Row) -> bool | None:
    return None if missing(row.get("passed")) else bool(row["passed"])


def _sentence(row: Row, finding: Finding, wording: Wording) -> str:
    outcome = {True: "passed", False: "failed", None: "open"}[_passed(row)]
    name = f"check.{row['check']}.{outcome}"
    if not wording.knows(name):
        return wording.label(Label(of="check", code=str(row["check"])))
    return wording.text(name, **{**finding.message.values, **_value(row)})


def _value(row: Row) -> dict[str, object]:
    if missing(row["estimate"]) or missing(row.get("unit")):
        return {}
    value = float(row["estimate"])
    low, high = (value if missing(row[end]) else float(row[end]) for end in ("low", "high"))
    return {"estimate": Estimate(value=value, low=low, high=high, unit=row["unit"])}


def state_of(passed: bool | None) -> tuple[str, str]:
    """How a check came out: the name of its style, and the id of its word."""
    states = {True: ("passed", "page.passed"), False: ("failed", "page.failed"), None: ("not_done", "page.note")}
    return states[passed]
