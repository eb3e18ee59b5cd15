"""Every message of the question has words in both languages, and they can be said."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import cxlab.churn
from cxlab.finding import Withheld
from cxlab.wording import Wording

SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in Path(cxlab.churn.__file__).parent.glob("*.py"))
IDS = sorted(set(re.findall(r'Message\(\s*"(churn\.[a-z_.]+)"', SOURCE)))
CAUSAL = re.compile(r"\b(drives?|leads? to|causes?|thanks to)\b|dẫn đến|khiến|nhờ|gây ra", re.IGNORECASE)


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_id_in_the_source_has_words_that_claim_no_cause(language):
    with (files("cxlab") / "locale" / f"{language}.po").open("rb") as lines:
        messages = [(m.id, m.string) if isinstance(m.id, str) else (m.id[0], m.string) for m in read_po(lines)]
        words = {id_: str(string) for id_, string in messages}
    assert len(IDS) > 40
    assert [id_ for id_ in IDS if id_ not in words] == []
    assert [id_ for id_ in IDS if CAUSAL.search(words[id_])] == []


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("which", ["evidence", "snapshot_evidence"])
def test_every_finding_can_be_said(request, all_findings, which, language):
    wording = Wording(language)
    findings = all_findings(request.getfixturevalue(which))
    assert len(findings) == 20
    for finding in cxlab.churn.one_page(*findings):
        for message in (finding.message, finding.method, *(check.message for check in finding.checks)):
            sentence = wording.say(message)
            assert sentence
            assert "{" not in sentence
        if isinstance(finding.headline, Withheld):
            assert wording.say(finding.headline.reason) == wording.say(finding.message)


def test_studies_without_a_row_are_answered_in_words(evidence):
    none = {name: frame.iloc[:0] for name, frame in vars(evidence).items() if hasattr(frame, "iloc")}
    now, churn = evidence.now, cxlab.churn
    for finding in (
        churn.expected_months(none["bucketed"], by="plan", quarter=now),
        churn.staying_on(none["stock"], none["bucketed"], quarter=now),
        churn.subdistribution(none["joined"], by="plan", quarter=now),
        churn.cohorts(none["cohorts"], quarter=now),
        churn.by_month(none["monthly"], quarter=now),
        churn.retention_target(churn.retention(none["bucketed"], quarter=now), target=0.5),
    ):
        assert isinstance(finding.headline, Withheld)
        for language in ("en", "vi"):
            assert "{" not in Wording(language).say(finding.message)
