"""The page of a question: its answer as the title, the number line, the notebook's sections, how it was done."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from cxlab.finding import Check, Estimate, Finding, Label, Message, Unit, Withheld
from cxlab.overview import forecast_graded, forecast_series
from cxlab.quarter import Quarter
from cxlab.report.clean import plain
from cxlab.report.evidence import proof_line, with_proofs
from cxlab.report.notebook import body, parts, shown_findings, taken_out
from cxlab.report.record import recall_all
from cxlab.report.sections import caption_of, target_of, wording_of, words_for
from cxlab.report.site import Report, about, render
from cxlab.report.tables import CHANGES
from cxlab.wording import Wording

Item = dict[str, str]

GRADED_QUARTERS = 8
"""Quarters a series of forecasts is looked back over."""

NO_STEP: Mapping[str, Any] = {"metadata": {}}
"""The notebook of a step that did not run."""

_PROOF = re.compile(r'<a href="(?P<step>[a-z_]+)\.html#(?P<name>[^"]+)"')


def question_page(report: Report, step: str, *, language: str) -> str:
    """Return the page of one step in one language."""
    wording = wording_of(report.study, language)
    recorded = report.of(step)
    lead = recorded[0] if recorded else None
    board = report.is_board(step)
    notebook = report.executed[step]
    title = report.title(step, wording)
    answer = None if lead is None else _answer(report, lead)
    written = body(notebook, language=language, lead=None if board or answer is None else answer.name, board=board)
    if board:
        written = _reachable(written, report, language=language)
    else:
        written = with_proofs(written, report, wording=wording)
    first, rest = taken_out(written, str(about(notebook).get("first_figure", "")))
    return render(
        "question.html.j2",
        report,
        name=step,
        language=language,
        topic=wording.text("page.topic", topic=title, quarter=report.study.quarter),
        title=title if answer is None else wording.say(answer.message),
        line=[] if lead is None or board else number_line(report, lead, wording=wording),
        withheld=_reason(lead, wording),
        proofs="" if answer is None or board else proof_line(answer, report, wording=wording),
        commentary=commentary(report, step, language=language),
        first=first,
        body=rest,
        contents=_contents(report, step, rest, shown_findings(notebook, language=language), wording),
        unseen=[] if board else unseen(report, step, wording=wording),
        said=[] if board else said_last_time(report, step, wording=wording),
        how=how(recorded, report=report, wording=wording),
        downloads=[
            {
                "name": finding.name,
                "what": caption_of(finding, wording=wording, beside=report.study.quarter),
                "picture": report.pictures.get((finding.name, language), ""),
            }
            for finding in recorded
        ],
    )


def _answer(report: Report, lead: Finding) -> Finding:
    """Return what gives the title: the lead's own change where it could be told or judged, else the lead.

    A number without a comparison says too little at the head of a page.
    """
    change = report.find(f"{lead.name}_change")
    if change is None or isinstance(lead.headline, Withheld) or isinstance(change.headline, Withheld):
        return lead
    return change if change.message.id.startswith(f"{change.name}.") else lead


def _reachable(written: Markup, report: Report, *, language: str) -> Markup:
    """Let a board's links lead to what is there: to a page without the place, nowhere where a question is off."""

    def led(match: re.Match[str]) -> str:
        step, name = match["step"], match["name"]
        if step not in report.executed:
            return "<a"
        known = name in shown_findings(report.executed[step], language=language)
        return match[0] if known else f'<a href="{step}.html"'

    return Markup(_PROOF.sub(led, written))


def number_line(report: Report, lead: Finding, *, wording: Wording) -> list[Item]:
    """Return the terms and values under the title: the number, what stands behind it, its changes, its target."""
    number = lead.headline
    if isinstance(number, Withheld):
        return []
    about = wording.number(lead.about, "quarter")
    items = [_item(about, wording.number(number, "value"), note=_interval(number, wording))]
    if number.n is not None:
        behind = wording.text(words_for("page.behind", lead, wording))
        items.append(_item(behind, wording.number(number.n, "count")))
    items += _changes(report, lead, wording)
    target = target_of(report.study, lead)
    if target is not None:
        items.append(_item(wording.text("term.target"), _written(target, number.unit, "value", wording)))
    return items


def method(finding: Finding, *, report: Report, wording: Wording) -> dict[str, Any]:
    """Return how a finding was made, for a page: its method and every check, passed or not."""
    return {
        "name": finding.name,
        "what": caption_of(finding, wording=wording, beside=report.study.quarter),
        "sentence": wording.say(finding.message),
        "about": wording.number(finding.about, "quarter"),
        "definition": finding.definition,
        "method": wording.say(finding.method),
        "checks": [_check(check, wording) for check in finding.checks],
        "computed_now": finding.name in report.facts.computed_now,
    }


def how(findings: Sequence[Finding], *, report: Report, wording: Wording) -> dict[str, Any]:
    """Return how a page was made: each method once with what it gave, each check once, failed ones first."""
    entries = [method(finding, report=report, wording=wording) for finding in findings]
    sentences: dict[str, list[str]] = {}
    for entry in entries:
        sentences.setdefault(entry["method"], []).append(entry["what"])
    checks = {(check["state"], check["text"]): check for entry in entries for check in entry["checks"]}
    order = ("failed", "not_done", "passed")
    return {
        "methods": [{"sentence": sentence, "gave": gave} for sentence, gave in sentences.items()],
        "unsaid": list(_unsaid(entries).items()),
        "checks": sorted(checks.values(), key=lambda check: order.index(check["state"])),
        "computed_now": [entry["name"] for entry in entries if entry["computed_now"]],
    }


def _unsaid(entries: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Every check that was not passed, and what it was a check of."""
    unsaid: dict[str, str] = {}
    for entry in entries:
        for check in entry["checks"]:
            if check["state"] != "passed":
                unsaid.setdefault(check["text"], entry["what"])
    return unsaid


def unseen(report: Report, step: str, *, wording: Wording) -> list[str]:
    """Say how large a change would have been seen where none was told, and which answers could not be joined."""
    said = []
    for finding in report.of(step):
        mde, number = finding.message.values.get("mde"), finding.headline
        told = finding.message.id.endswith(".cannot_tell") and "against" in finding.table.columns
        if told and isinstance(number, Estimate) and isinstance(mde, int | float):
            what = caption_of(finding, wording=wording, beside=report.study.quarter)
            said.append(
                wording.text("page.unseen", what=what, mde=_written(float(mde), number.unit, "size", wording))
            )
    if "survey_responses" in about(report.executed.get(step, NO_STEP)).get("tables", ()):
        for link, share in report.study.load.joined.items():
            if share < 1:
                said.append(
                    wording.text("page.not_joined", what=wording.text(f"page.data.join.{link}"), share=share)
                )
    return said


def commentary(report: Report, step: str, *, language: str) -> list[dict[str, str]]:
    """Return what people wrote for this page and quarter, each paragraph signed with a role."""
    frame = report.study.commentary
    if not {"quarter", "question", "role", "language", "text"} <= set(frame.columns):
        return []
    ours = (frame["quarter"].astype(str) == str(report.study.quarter)) & (frame["language"] == language)
    rows = frame[ours & (frame["question"].fillna("overview").replace("", "overview") == step)]
    wording = wording_of(report.study, language)
    return [
        {"role": plain(wording.label(Label(of="role", code=str(row["role"])))), "text": plain(str(row["text"]))}
        for row in rows.to_dict("records")
    ]


def said_last_time(report: Report, step: str, *, wording: Wording) -> list[str]:
    """Grade what last quarter's published report forecast of this question, or say that none did; then series."""
    found = {finding.name: finding for finding in report.findings}
    last = recall_all(report.study, quarter=report.study.quarter - 1)
    ours = {name: finding for name, finding in last.items() if finding.question == step}
    messages = forecast_graded(found, last=ours, quarter=report.study.quarter)
    messages = messages or (Message("overview.said.nothing"),)
    series = [one.message for one in forecast_series(_ledgers(report)) if one.name.partition(".")[0] == step]
    return [wording.say(message) for message in (*messages, *series)]


@lru_cache(maxsize=1)
def _ledgers(report: Report) -> tuple[tuple[Mapping[str, Finding], Mapping[str, Finding], Quarter], ...]:
    """Last quarter's findings, the quarter's own and the quarter, for up to `GRADED_QUARTERS` of them."""
    now = report.study.quarter
    found: Mapping[str, Finding] = {finding.name: finding for finding in report.findings}
    rows = []
    for back in range(GRADED_QUARTERS):
        last = recall_all(report.study, quarter=now - back - 1)
        if not last:
            break
        rows.append((last, found, now - back))
        found = last
    return tuple(rows)


def _contents(
    report: Report, step: str, written: str, shown: Sequence[str], wording: Wording
) -> list[dict[str, str | Markup]]:
    """List the parts of the page by the headings of its prose; without headings, by what each finding says."""
    headed = parts(written)
    if headed:
        return [{"anchor": anchor, "text": words} for anchor, words in headed]
    found = [(name, report.find(name)) for name in shown]
    return [
        {
            "anchor": name,
            "text": _with_number_marked(finding, wording),
        }
        for name, finding in found
        if finding is not None and finding.question == step
    ]


def _with_number_marked(finding: Finding, wording: Wording) -> Markup:
    """Say the sentence with its number in bold, where it says it."""
    sentence = plain(wording.say(finding.message))
    if isinstance(finding.headline, Withheld):
        return escape(sentence)
    number = plain(wording.number(finding.headline, "value"))
    before, said, after = sentence.partition(number)
    if not said:
        return escape(sentence)
    return Markup("{}<b>{}</b>{}").format(before, number, after)


def _changes(report: Report, lead: Finding, wording: Wording) -> list[Item]:
    change = report.find(f"{lead.name}_change") or next(
        (finding for finding in report.of(lead.question) if finding.name.endswith(("_change", ".change"))), None
    )
    if change is None:
        return []
    if isinstance(change.headline, Withheld) or "against" not in change.table.columns:
        return [_item(wording.text("term.change"), wording.text("verdict.first"))]
    unit = change.headline.unit
    return [_change(row, unit, wording) for row in change.table.to_dict("records") if pd.notna(row["estimate"])]


def _change(row: Mapping[Any, Any], unit: Unit, wording: Wording) -> Item:
    term = wording.text("page.on", what=wording.text(f"term.{row['against']}"))
    low, high = (None if pd.isna(row[end]) else float(row[end]) for end in ("low", "high"))
    value = float(row["estimate"])
    if low is None and high is None:
        return _item(term, _written(value, unit, "change", wording))
    estimate = Estimate(value=value, low=low, high=high, unit=unit)
    verdict = str(row.get("verdict") or "")
    item = _item(term, wording.number(estimate, "change"), note=_interval(estimate, wording))
    if verdict:
        side = ("real_rise" if value > 0 else "real_fall") if verdict == "real_change" else verdict
        item |= {
            "verdict": wording.text(f"verdict.{side}"),
            "tone": "real" if verdict == "real_change" else "same",
        }
    return item


def _written(value: float, unit: Unit, style: str, wording: Wording) -> str:
    form = {"points": "nps"}.get(unit, unit if style == "value" else CHANGES.get(unit, unit))
    return wording.number(value, form if style == "value" else f"{form}_{style}")


def _interval(number: Estimate, wording: Wording) -> str:
    return "" if number.low == number.high else f"({wording.number(number, 'range')})"


def _item(term: str, value: str, *, note: str = "") -> Item:
    return {"term": term, "value": value, "note": note, "verdict": "", "tone": ""}


def _reason(lead: Finding | None, wording: Wording) -> str:
    if lead is None or isinstance(lead.headline, Estimate):
        return ""
    return wording.say(lead.headline.reason)


def _check(check: Check, wording: Wording) -> dict[str, str]:
    state, word = {True: ("passed",) * 2, False: ("failed",) * 2, None: ("not_done", "note")}[check.passed]
    return {"state": state, "word": wording.text(f"page.{word}"), "text": wording.say(check.message)}
