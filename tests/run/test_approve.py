"""A draft is published by somebody, over another report only with a reason, and never by half."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cxlab.run import publish
from cxlab.run.history import history, published_run, swaps
from cxlab.to_disk import replace_file

from .drafts import ROLE, Drafts, banners, spelled, today, typed, without_kernels
from .notebooks import write_notebook, write_study


@pytest.fixture(scope="module", autouse=True)
def here():
    """No test of this file is about kernels."""
    with without_kernels():
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory, here):
    """Three drafts of one quarter: the second says the same numbers, the third others."""
    folder = tmp_path_factory.mktemp("approve") / "tiny"
    write_study(folder, publish=False)
    for cell, share in (("1", 0.088), ("2", 0.088), ("3", 0.1)):
        write_notebook(folder / "notebooks", "overview", cell, found=share)
        done = typed(folder, "run", "2026Q3")
        assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def drafts(made, tmp_path):
    return Drafts(shutil.copytree(made, tmp_path / "tiny", symlinks=True))


def test_a_draft_becomes_the_published_quarter_and_no_kernel_is_started(drafts, monkeypatch):
    monkeypatch.setattr("cxlab.run.one_step.execute", lambda *_, **__: pytest.fail("a kernel was started"))
    first = drafts.names[0]
    before = drafts.pages(first)
    assert {said is not None for said in banners(before).values()} == {True}
    done = drafts.publish(first)
    assert done.exit_code == 0, done.output
    assert done.stderr.splitlines() == [f"2026Q3: run {first} is published"]
    assert done.stdout.splitlines() == [str(drafts.report / "index.html")]
    assert published_run(drafts.reports, quarter="2026Q3") == first
    after = drafts.pages(first)
    assert set(banners(after).values()) == {None}
    assert f"Approved by {ROLE}, {spelled()}" in after["en/overview.html"]
    assert ROLE in after["vi/overview.html"]
    slot = re.compile(r"<!--(banner|approved|closing)-->.*?<!--/\1-->", re.DOTALL)
    assert {name: slot.sub("", page) for name, page in after.items()} == {
        name: slot.sub("", page) for name, page in before.items()
    }
    facts = drafts.manifest(first)["run"]
    told = (facts["state"], facts["approved_by"], facts["approved_on"])
    assert told == ("published", ROLE, today().isoformat())
    assert drafts.manifest(first)["supersedes"] is None


def test_the_newest_whole_draft_is_taken_if_none_is_named(drafts):
    done = drafts.type("publish", "2026Q3", "--approved-by", ROLE, "--json")
    assert done.exit_code == 0, done.output
    assert published_run(drafts.reports, quarter="2026Q3") == drafts.names[2]
    said = json.loads(done.stdout.splitlines()[-1])
    assert (said["run_id"], said["supersedes"], said["changed"]) == (drafts.names[2], None, 0)


def test_a_draft_older_than_the_published_report_has_to_be_named(drafts):
    first, _, third = drafts.names
    drafts.publish(third)
    drafts.refuse(
        drafts.type("publish", "2026Q3", "--approved-by", ROLE),
        "2026Q3 has no draft to publish",
        f"- published: run {third}, since {today()}, approved by {ROLE}",
        "- needed: a whole draft: cxlab run 2026Q3",
    )
    assert drafts.publish(first, "--because", "the older one was right").exit_code == 0


class SetBack(datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2026, 10, 3, 4, 5, tzinfo=tz)


def test_a_clock_that_was_set_back_changes_no_order(drafts, monkeypatch):
    before = drafts.names
    monkeypatch.setattr("cxlab.run.quarterly.datetime", SetBack)
    write_notebook(drafts.folder / "notebooks", "overview", "4", found=0.2)
    assert drafts.type("run", "2026Q3").exit_code == 0
    write_notebook(drafts.folder / "notebooks", "overview", "1/0")
    assert drafts.type("run", "2026Q3").exit_code == 1
    monkeypatch.undo()
    *_, newest = drafts.names
    assert newest < min(before), "its name has the moment of a clock that was set back"
    kept = history(drafts.reports, quarter="2026Q3")
    assert [run.state for run in kept] == ["failed", "draft", "draft", "draft", "draft"]
    assert [run.run for run in kept][1:] == [newest, *reversed(before)]
    assert drafts.type("publish", "2026Q3", "--approved-by", ROLE).exit_code == 0
    assert published_run(drafts.reports, quarter="2026Q3") == newest


def test_the_same_numbers_need_no_reason_and_leave_no_banner(drafts):
    first, second, _ = drafts.names
    drafts.publish(first)
    done = drafts.publish(second)
    assert done.stderr.splitlines() == [
        f"2026Q3: run {second} is published, instead of run {first}; 0 findings have other numbers"
    ]
    assert set(banners(drafts.pages(first)).values()) == {None}
    assert (drafts.state(first), drafts.state(second)) == ("replaced", "published")
    assert drafts.manifest(second)["supersedes"] == first


def test_other_numbers_need_a_reason(drafts):
    first, _, third = drafts.names
    drafts.publish(first)
    before = {name: drafts.files(name) for name in drafts.names}
    drafts.refuse(
        drafts.publish(third),
        "2026Q3 is published with other numbers",
        f"- published: run {first}, since {today()}, approved by {ROLE}",
        f"- other numbers in run {third}: overview.left",
        '- needed: --because "what was wrong"; the published report is kept, with that reason on every page',
    )
    assert {name: drafts.files(name) for name in drafts.names} == before
    assert published_run(drafts.reports, quarter="2026Q3") == first


def test_the_report_it_replaces_says_so_on_every_page_and_leads_to_the_new_one(drafts):
    first, _, third = drafts.names
    drafts.publish(first)
    done = drafts.publish(third, "--because", "Top-ups of September were counted twice.")
    assert done.exit_code == 0, done.output
    assert done.stderr.splitlines() == [
        f"2026Q3: run {third} is published, instead of run {first}; 1 finding has other numbers"
    ]
    old = drafts.pages(first)
    english = (
        f"Replaced on {spelled()}: no longer valid. Reason: Top-ups of September were counted twice. "
        "The report that is valid now"
    )
    said = banners(old)
    assert {said[name] for name in said if name.startswith("en/") or name == "index.html"} == {english}
    assert {said[name].partition(" ngày")[0] for name in said if name.startswith("vi/")} == {"Đã thay thế"}
    for name, page in old.items():
        (link,) = re.findall(r'<p class="banner">.*?<a href="([^"]*)"', page, re.DOTALL)
        language = "vi" if name.startswith("vi/") else "en"
        there = drafts.reports / ".runs" / first / Path(name).parent / link
        assert there.resolve() == drafts.reports / ".runs" / third / language / "overview.html"
    assert set(banners(drafts.pages(third)).values()) == {None}
    assert drafts.manifest(third)["because"] == "Top-ups of September were counted twice."
    (was, now) = swaps(drafts.reports, quarter="2026Q3")
    assert (was.instead_of, now.instead_of, now.run, now.by) == (None, first, third, ROLE)


HOSTILE = '<script>alert(1)</script> "x" onload=y <!--/banner--> \x1b[31m\u202e\x00 &amp;'


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, tuple(name for name, _ in attrs)))


def test_what_people_type_is_text_on_every_page(drafts):
    first, _, third = drafts.names
    plain = drafts.pages(first)
    assert drafts.publish(first, by=HOSTILE).exit_code == 0
    assert drafts.publish(third, "--because", f"{HOSTILE} {{day}} {{0}}").exit_code == 0
    for name, page in drafts.pages(first).items():
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert not re.search("[\x00-\x08\x1b\u202e]", page)
        seen, before = Tags(), Tags()
        seen.feed(page)
        before.feed(plain[name])
        assert Counter(seen.seen) - Counter(before.seen) == {("a", ("href",)): 1, ("span", ("class",)): 1}
        assert page.count("<!--/banner-->") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--approved-by", " \u200b "], r"--approved-by needs words; got ' \u200b '"),
        (["--approved-by", "x" * 81], "--approved-by has at most 80 characters; got 81"),
        (["--approved-by", "auto_publish"],
         "--approved-by names a role; 'auto_publish' is what stands where nobody approved"),
        (["--approved-by", "x", "--because", ""], "--because needs words; got ''"),
        (["--approved-by", "x", "--because", "x" * 301], "--because has at most 300 characters; got 301"),
    ],
)  # fmt: skip
def test_words_that_cannot_stand_on_a_page_are_refused(drafts, words, said):
    drafts.refuse(drafts.type("publish", "2026Q3", *words), said)
    assert not drafts.report.exists()


def test_what_cannot_be_published_is_refused_by_name(drafts):
    first, second, third = drafts.names
    drafts.refuse(
        drafts.publish("2026Q3-nobody"),
        "2026Q3 has no run '2026Q3-nobody'",
        f"- kept: {third}, {second}, {first}",
    )
    drafts.publish(first)
    drafts.refuse(drafts.publish(first), f"run {first} is published already, since {today()}, approved by {ROLE}")
    drafts.publish(second)
    drafts.refuse(
        drafts.publish(first),
        f"run {first} was published before and is replaced",
        f"- needed: cxlab rollback 2026Q3 --to {first} --because TEXT, to let it stand again",
    )
    shutil.rmtree(drafts.reports / ".runs" / third)
    drafts.refuse(
        drafts.type("publish", "2026Q3", "--approved-by", ROLE),
        "2026Q3 has no draft to publish",
        f"- published: run {second}, since {today()}, approved by {ROLE}",
        "- needed: a whole draft: cxlab run 2026Q3",
    )
    drafts.refuse(
        drafts.type("publish", "2026Q2", "--approved-by", ROLE),
        "2026Q2 has no draft to publish",
        "- needed: a whole draft: cxlab run 2026Q2",
    )


def test_some_of_the_notebooks_are_no_report(drafts):
    write_notebook(drafts.folder / "notebooks", "churn")
    done = drafts.type("run", "2026Q3", "--only", "churn")
    part = Path(done.stdout.splitlines()[-1]).parent.name
    drafts.refuse(
        drafts.publish(part),
        f"run {part} holds only some of the notebooks",
        "- needed: a whole draft: cxlab run 2026Q3",
    )
    drafts.type("publish", "2026Q3", "--approved-by", ROLE)
    assert published_run(drafts.reports, quarter="2026Q3") == drafts.names[2]


def test_a_role_that_breaks_a_rule_of_the_house_leaves_the_draft_a_draft(drafts):
    first = drafts.names[0]
    before = {path: content for path, content in drafts.files(first).items() if path.suffix == ".html"}
    done = drafts.publish(first, by="lan@example.org")
    assert done.exit_code == 1
    assert done.stderr.splitlines()[0] == "cxlab: the pages break a rule of the house and were not published"
    assert "an e-mail address in the text" in done.stderr
    assert {path: drafts.files(first)[path] for path in before} == before
    assert (drafts.state(first), drafts.report.exists()) == ("draft", False)
    assert drafts.publish(first).exit_code == 0


def test_a_quarter_that_is_being_run_is_not_published(drafts):
    at = datetime.now(UTC)
    with publish.hold(drafts.reports, quarter="2026Q3", run_id="2026Q3-running", since=at):
        done = drafts.publish(drafts.names[0])
    assert done.exit_code == 75
    assert done.stderr.startswith("cxlab: 2026Q3 is held by run 2026Q3-running (process ")


MOMENTS = {
    "manifest": "cxlab.run.approve.replace_file",
    "said": "cxlab.run.standing.as_bytes",
    "verified": "cxlab.run.approve.verify_pages",
    "written down": "cxlab.run.standing.as_text",
    "link": "cxlab.run.publish.publish",
    "swapped": "cxlab.run.standing.note",
}
"""Where the power fails, and what then never comes."""


def lost(*_, **__):
    raise OSError("power lost")


def after(times):
    """Write so many files, then lose the power."""
    left = [times]

    def write(*given):
        left[0] -= 1
        return replace_file(*given) if left[0] >= 0 else lost()

    return write


def cut(patch, moment):
    """Let the power fail at a moment of publishing."""
    if moment in MOMENTS:
        patch.setattr(MOMENTS[moment], lost)
    elif moment == "half of the pages":
        patch.setattr("cxlab.report.stamp.replace_file", after(3))
    else:
        real = publish.publish

        def swapped(*given, **named):
            real(*given, **named)
            patch.setattr("cxlab.report.stamp.replace_file", after(3))

        patch.setattr("cxlab.run.publish.publish", swapped)


@pytest.mark.parametrize("moment", [*MOMENTS, "half of the pages", "half of the banners"])
def test_a_power_cut_leaves_a_whole_report_and_the_next_command_mends_the_rest(drafts, monkeypatch, moment):
    first, second, third = drafts.names
    drafts.publish(first)
    was = drafts.files(first)
    with monkeypatch.context() as broken:
        cut(broken, moment)
        done = drafts.publish(third, "--because", "counted twice")
    assert done.exit_code == 1
    assert "power lost" in done.stderr
    happened = moment in ("swapped", "half of the banners")
    assert published_run(drafts.reports, quarter="2026Q3") == (third if happened else first)
    if not happened:
        assert drafts.files(first) == was
        assert [swap.run for swap in swaps(drafts.reports, quarter="2026Q3")] == [first]
        again = drafts.publish(third, "--because", "counted twice")
        assert again.exit_code == 0, again.output
    else:
        assert set(banners(drafts.pages(third)).values()) == {None}
        assert drafts.publish(second).exit_code == 2  # the same numbers as the first: a reason is needed
    assert published_run(drafts.reports, quarter="2026Q3") == third
    said = banners(drafts.pages(first))
    assert None not in said.values()
    assert set(banners(drafts.pages(third)).values()) == {None}
    assert all(said is not None for said in banners(drafts.pages(second)).values())
    assert (drafts.state(first), drafts.state(third)) == ("replaced", "published")
