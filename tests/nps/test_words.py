"""Every message of the question has words in both languages, and they can be said."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import cxlab.nps
from cxlab.finding import Withheld
from cxlab.wording import Wording

SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in Path(cxlab.nps.__file__).parent.glob("*.py"))
IDS = sorted(set(re.findall(r'"(nps\.(?:method|check|[a-z]+)(?:\.[a-z_]+)+)"', SOURCE)))
NAMES = ("by_plan", "by_region", "by_segment", "journey", "touchpoints", "effort", "csat_by")
CASES = ("real_rise", "real_fall", "none", "first", "too_few")


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_id_in_the_source_has_words(language):
    with (files("cxlab") / "locale" / f"{language}.po").open("rb") as lines:
        known = {m.id if isinstance(m.id, str) else m.id[0] for m in read_po(lines)}
    assert len(IDS) > 30
    assert [id_ for id_ in IDS if id_ not in known] == []
    assert [f"nps.{name}.{case}" for name in NAMES for case in CASES if f"nps.{name}.{case}" not in known] == []


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("which", ["steady_page", "fallen_page"])
def test_every_finding_can_be_said(request, which, language):
    wording = Wording(language)
    found = request.getfixturevalue(which)
    assert len(found) >= 11
    for finding in found.values():
        for message in (finding.message, finding.method, *(check.message for check in finding.checks)):
            sentence = wording.say(message)
            assert sentence
            assert "{" not in sentence
        if isinstance(finding.headline, Withheld):
            assert wording.say(finding.headline.reason) == wording.say(finding.message)


def test_the_title_is_the_answer(fallen_page):
    lead = cxlab.nps.leading(fallen_page["nps.score"], fallen_page["nps.change"])
    assert lead.headline == fallen_page["nps.score"].headline
    said = Wording("en").say(lead.message)
    assert re.fullmatch(
        r"Customers are less happy than in Q2: NPS fell \d+ points to −?\d+ \(−?\d+ to −?\d+\), a real change\.",
        said.replace("\N{NO-BREAK SPACE}", " "),
    )
    assert len(said.split()) <= 20
