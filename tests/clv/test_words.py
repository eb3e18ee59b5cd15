"""Every message of the question has words in both languages, and they can be said."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import cxlab.clv
from cxlab import clv
from cxlab.clv.lookups import by_buying, by_tenure
from cxlab.evidence.values import value_bins
from cxlab.finding import Withheld
from cxlab.verdicts import CASES
from cxlab.wording import Wording

SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in Path(cxlab.clv.__file__).parent.glob("*.py"))
IDS = sorted(set(re.findall(r'"(clv\.[a-z_]+\.[a-z_.]+)"', SOURCE)))


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_id_in_the_source_has_words(language):
    with (files("cxlab") / "locale" / f"{language}.po").open("rb") as lines:
        known = {m.id if isinstance(m.id, str) else m.id[0] for m in read_po(lines)}
    assert len(IDS) > 30
    assert [id_ for id_ in IDS if id_ not in known] == []
    whole = {f"clv.base.{amount}" for amount in ("margin", "revenue")}
    whole |= {f"clv.base_change.{case}" for case in CASES}
    whole |= {f"clv.check.dropout.{dropout}" for dropout in ("varied", "one", "none")}
    whole |= {f"clv.holdout.{case}" for case in ("close", "high", "low")}
    whole |= {f"clv.check.{case}" for case in ("unrelated", "more_often_more", "more_often_less")}
    assert whole - known == set()


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_finding_can_be_said(equity, evidence, law, language):
    wording = Wording(language, currency="VND")
    bins = value_bins(
        evidence.ways, evidence.buying, window=law.window, by_tenure=by_tenure(equity), by_buying=by_buying(equity)
    )
    base = clv.base(equity)
    findings = [
        base, clv.base_change(base, None), clv.base_change(base, base), clv.by_trait(equity, by="plan"),
        clv.by_trait(equity, by="segment"), clv.method_by(equity), clv.concentration(bins, equity),
        clv.concentration(bins.iloc[:0], equity),
    ]  # fmt: skip
    for finding in findings:
        for message in (finding.message, finding.method, *(check.message for check in finding.checks)):
            sentence = wording.say(message)
            assert sentence
            assert "{" not in sentence
        if isinstance(finding.headline, Withheld):
            assert wording.say(finding.headline.reason) == wording.say(finding.message)
