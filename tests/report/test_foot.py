"""The foot of the leader's page: how many checks passed, and the way on."""

import pytest

from cxlab.report import verify_pages, write_pages


def page(report, name):
    return (report / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("passed", "told"),
    [
        (True, "All 2 checks of this report passed."),
        (False, "1 of 2 checks passed; the failed ones stand under their sentence."),
    ],
)
def test_the_foot_of_a_board_counts_the_checks_and_leads_on(make, study, facts, tmp_path, passed, told):
    findings = (
        make.finding("overview.answer", checks=(make.check(), make.check(passed=None))),
        make.finding("overview.more", checks=(make.check(passed=passed),)),
    )
    executed = {"overview": make.notebook(study, *findings)}
    executed["overview"].metadata["cxlab"]["layout"] = "board"
    write_pages(executed, findings, study=study, facts=facts, to=tmp_path / "r")
    foot = page(tmp_path / "r", "en/overview.html").partition("<footer")[2]
    assert told in foot
    for target in ("methods.html", "data.html", "definitions.html", "../vi/overview.html"):
        assert f'href="{target}"' in foot
    assert 'href="vi/overview.html"' in page(tmp_path / "r", "index.html").partition("<footer")[2]


def test_the_foot_of_a_board_leads_to_last_quarter_where_it_is_published(make, study, facts, tmp_path):
    findings = (make.finding("overview.answer"),)
    executed = {"overview": make.notebook(study, *findings)}
    executed["overview"].metadata["cxlab"]["layout"] = "board"
    to = study.folder / "reports" / ".runs" / "r"
    write_pages(executed, findings, study=study, facts=facts, to=to)
    assert "2026Q2" not in page(to, "en/overview.html")
    published = study.folder / "reports" / "2026Q2" / "en"
    published.mkdir(parents=True)
    (published / "overview.html").write_text("<p>then</p>", encoding="utf-8")
    write_pages(executed, findings, study=study, facts=facts, to=to)
    assert '<a href="../../2026Q2/en/overview.html">Report of Q2\u00a02026</a>' in page(to, "en/overview.html")
    assert '<a href="../2026Q2/en/overview.html">' in page(to, "index.html")
    assert "2026Q2" not in page(to, "vi/overview.html")
    assert not [problem for problem in verify_pages(to) if "2026Q2" in problem]
