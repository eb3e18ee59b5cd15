"""The data page says what was left out on purpose, and what was not though somebody asked for it."""

from __future__ import annotations

import dataclasses

import pytest

from cxlab.report.load import load_tables
from cxlab.report.sections import wording_of


@pytest.fixture
def report(study):
    """What the small study read."""
    return study.load


@pytest.fixture
def counts(study):
    """Return the first table of the data page for a load report."""
    return lambda report, language="en": load_tables(report, wording=wording_of(study, language))[0]


def test_rows_read_are_those_accepted_set_aside_and_left_out(report, counts):
    withheld = dataclasses.replace(
        report.tables["contracts"], quarantined=6, withheld={"erased": 3, "no_consent": 1}
    )
    shown = counts(dataclasses.replace(report, tables={**report.tables, "contracts": withheld}))
    assert shown["columns"][1:5] == ["read", "accepted", "set aside", "left out"]
    assert shown["rows"][1][1:5] == ["24,010", "24,000", "6", "4"]
    assert shown["rows"][0][4] == "0"


@pytest.mark.parametrize(
    ("language", "consent", "said"),
    [
        ("en", (), "557 customers did not agree to research; this study leaves none of their rows out."),
        ("en", ("verbatims",), "557 customers did not agree to research; their rows are left out of: "),
        ("vi", (), "557 khách hàng không đồng ý tham gia nghiên cứu; nghiên cứu này không bỏ dòng nào của họ ra."),
    ],
)
def test_whether_those_who_refused_are_in_is_told(report, counts, language, consent, said):
    asked = dataclasses.replace(report, refused=557, consent=consent)
    assert said in counts(asked, language)["note"]
    assert "agree to research; " not in counts(report)["note"]
