"""What a page says of its own standing: a draft, approved, or replaced by another report.

It is written when the page is, and again whenever the standing changes: two places of the page are filled anew,
and every other byte stays what was read before it was approved.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from markupsafe import Markup

from cxlab.report.clean import plain
from cxlab.report.facts import RunFacts
from cxlab.to_disk import replace_file
from cxlab.wording import Wording

AUTOMATIC = "auto_publish"
"""What stands for the approving role where the study file publishes every run."""

RUN_AGAIN = "run_again"
"""What stands for a reason where a made-up company was run again."""

_SLOT = re.compile(r"<!--(?P<name>banner|approved|closing)-->.*?<!--/(?P=name)-->", re.DOTALL)
_LANGUAGE = re.compile(r'<html lang="([a-z]{2,3})">')


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """Why a report that was published no longer stands.

    Parameters
    ----------
    on : date
        The day.
    because : str
        What was wrong with it, in the words of whoever replaced it, or `RUN_AGAIN`.
    withdrawn : bool
        Whether an earlier report stands again; otherwise a corrected one took its place.
    """

    on: date
    because: str
    withdrawn: bool = False


def slots(
    facts: RunFacts, *, wording: Wording, replaced: Replaced | None = None, link: str = ""
) -> dict[str, Markup]:
    """Return what stands in the places of a page that tell its standing.

    Parameters
    ----------
    facts : RunFacts
        Draft or published, and by whom.
    wording : Wording
        The language of the page.
    replaced : Replaced, optional
        Why it no longer stands.
    link : str
        Where the report is that stands now; needed with ``replaced``.
    """
    said = Markup("") if facts.state == "draft" else Markup("{}").format(approved(facts, wording))
    return {
        "banner": _slot("banner", _banner(facts, wording=wording, replaced=replaced, link=link)),
        "approved": _slot("approved", Markup(' <span class="state">{}</span>').format(said) if said else said),
        "closing": _slot("closing", Markup("{} · ").format(said) if said else said),
    }


def restamp(folder: Path, *, facts: RunFacts, replaced: Replaced | None = None, stands: Path | None = None) -> int:
    """Write the standing of a report on its pages anew, page by page, each whole.

    Parameters
    ----------
    folder : Path
        The report's run.
    facts : RunFacts
        What the pages are to say.
    replaced : Replaced, optional
        Why it no longer stands.
    stands : Path, optional
        Folder of the report that stands now; needed with ``replaced``.

    Returns
    -------
    int
        Pages that have a place for it.
    """
    done = 0
    for path in sorted(folder.rglob("*.html")):
        before = path.read_text(encoding="utf-8")
        language = _LANGUAGE.search(before)
        if language is None or not _SLOT.search(before):
            continue
        link = "" if stands is None else _link(path, stands, language=language[1])
        filled = slots(facts, wording=Wording(language[1]), replaced=replaced, link=link)
        after = _SLOT.sub(_Filling(filled), before)
        if after != before:
            replace_file(path, after.encode())
        done += 1
    return done


@dataclass(frozen=True, slots=True)
class _Filling:
    """Puts what stands now where its place is found."""

    slots: Mapping[str, Markup]

    def __call__(self, match: re.Match[str]) -> str:
        return str(self.slots[match["name"]])


def approved(facts: RunFacts, wording: Wording) -> str:
    """Say who approved a report and when."""
    role = plain(facts.approved_by or "")
    if role == AUTOMATIC:
        return plain(wording.text("page.approved_auto"))
    if facts.approved_on is None:
        return plain(wording.text("page.approved_role", role=role))
    return plain(wording.text("page.approved", role=role, day=facts.approved_on))


def _banner(facts: RunFacts, *, wording: Wording, replaced: Replaced | None, link: str) -> Markup:
    if facts.state == "draft":
        return Markup('\n<p class="banner"><b>{}</b></p>').format(wording.text("page.draft"))
    if replaced is None:
        return Markup("")
    first = "page.withdrawn" if replaced.withdrawn else "page.replaced"
    reason = wording.text("page.run_again") if replaced.because == RUN_AGAIN else replaced.because
    return Markup('\n<p class="banner"><b>{}</b> {} <a href="{}">{}</a></p>').format(
        wording.text(first, day=replaced.on),
        plain(wording.text("page.replaced_because", reason=plain(reason).rstrip(". "))),
        link,
        wording.text("page.replaced_by"),
    )


def _slot(name: str, content: Markup) -> Markup:
    return Markup("<!--{0}-->{1}<!--/{0}-->").format(name, content)


def _link(page: Path, stands: Path, *, language: str) -> str:
    """Lead from a page to the leader's page that stands now, in the page's language where there is one."""
    there = stands / language / "overview.html"
    return os.path.relpath(there if there.is_file() else stands / "index.html", page.parent)


def as_facts(run: Mapping[str, object]) -> RunFacts:
    """Read the facts of a run back from its manifest; what only its first pages needed is left out."""
    day = run.get("approved_on")
    return RunFacts(
        run_id=str(run["run_id"]),
        made_at=datetime.fromisoformat(str(run["made_at"])),
        state="draft" if run["state"] == "draft" else "published",
        code_version=str(run["code_version"]),
        approved_by=str(run["approved_by"]) if run.get("approved_by") else None,
        approved_on=date.fromisoformat(str(day)) if day else None,
    )
