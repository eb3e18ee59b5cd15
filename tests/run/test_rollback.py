"""An earlier report comes back with a reason, and the history of a quarter tells everything that happened."""

from __future__ import annotations

import json
import shutil

import pytest

from cxlab.run.history import published_run, swaps

from .drafts import ROLE, Drafts, banners, spelled, today, typed, without_kernels
from .notebooks import write_notebook, write_study


@pytest.fixture(scope="module", autouse=True)
def here():
    """No test of this file is about kernels."""
    with without_kernels():
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory, here):
    """Three reports, published one after the other; the last one is the newest."""
    folder = tmp_path_factory.mktemp("rollback") / "tiny"
    write_study(folder, publish=False)
    for cell, share in (("1", 0.08), ("2", 0.09), ("3", 0.1)):
        write_notebook(folder / "notebooks", "overview", cell, found=share)
        approve = ["publish", "2026Q3", "--approved-by", ROLE, "--because", f"wrong before {cell}"]
        for words in (["run", "2026Q3"], approve):
            done = typed(folder, *words)
            assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def reports(made, tmp_path):
    return Drafts(shutil.copytree(made, tmp_path / "tiny", symlinks=True))


def test_the_report_before_stands_again_and_the_other_is_withdrawn(reports):
    first, second, third = reports.names
    before = reports.pages(second)
    done = reports.type("rollback", "2026Q3", "--because", "refunds were left out")
    assert done.exit_code == 0, done.output
    assert done.stderr.splitlines() == [
        f"2026Q3: run {second} stands again, instead of run {third}; 1 finding has other numbers"
    ]
    assert done.stdout.splitlines() == [str(reports.report / "index.html")]
    assert published_run(reports.reports, quarter="2026Q3") == second
    assert set(banners(reports.pages(second)).values()) == {None}
    assert set(banners(before).values()) != {None}
    english = (
        f"Withdrawn on {spelled()}: no longer valid. Reason: refunds were left out. The report that is valid now"
    )
    said = banners(reports.pages(third))
    assert {said[name] for name in said if not name.startswith("vi/")} == {english}
    assert {said[name].partition(" ngày")[0] for name in said if name.startswith("vi/")} == {"Đã thu hồi"}
    assert "wrong before 2" in banners(reports.pages(first))["index.html"]


def test_further_back_and_forward_again(reports):
    first, second, third = reports.names
    assert reports.type("rollback", "2026Q3", "--to", first, "--because", "all wrong").exit_code == 0
    assert published_run(reports.reports, quarter="2026Q3") == first
    reports.refuse(
        reports.type("rollback", "2026Q3", "--because", "further"),
        "2026Q3 has no earlier report to roll back to",
        f"- published: run {first}, the first of 2026Q3",
    )
    assert reports.type("rollback", "2026Q3", "--to", third, "--because", "it was right").exit_code == 0
    assert set(banners(reports.pages(third)).values()) == {None}
    assert "Withdrawn" in banners(reports.pages(first))["index.html"]
    assert [swap.kind for swap in swaps(reports.reports, quarter="2026Q3")] == ["published"] * 3 + [
        "rolled back"
    ] * 2
    assert reports.type("rollback", "2026Q3", "--because", "again").exit_code == 0
    assert published_run(reports.reports, quarter="2026Q3") == second


def test_what_cannot_come_back_is_refused(reports):
    first, _, third = reports.names
    write_notebook(reports.folder / "notebooks", "overview", "4", found=0.2)
    draft = reports.type("run", "2026Q3").stdout.split("/")[-2]
    reports.refuse(
        reports.type("rollback", "2026Q3", "--to", draft, "--because", "x"),
        f"run {draft} is draft, so it cannot come back",
        "- needed: a run that was published before (cxlab history says which)",
    )
    reports.refuse(
        reports.type("rollback", "2026Q3", "--to", third, "--because", "x"),
        f"run {third} stands already, since {today()}, approved by {ROLE}",
    )
    shutil.rmtree(reports.reports / ".runs" / first)
    kept = ", ".join(reversed(reports.names))  # by number: two runs may bear the same second
    reports.refuse(
        reports.type("rollback", "2026Q3", "--to", first, "--because", "x"),
        f"2026Q3 has no run '{first}'",
        f"- kept: {kept}",
    )
    reports.refuse(
        reports.type("rollback", "2026Q1", "--because", "x"),
        "2026Q1 has no earlier report to roll back to",
        "- 2026Q1 was never published",
    )


@pytest.mark.parametrize(
    "moment", ["cxlab.run.standing.as_text", "cxlab.run.publish.publish", "cxlab.run.standing.note"]
)
def test_a_power_cut_leaves_one_report_or_the_other(reports, monkeypatch, moment):
    _, second, third = reports.names

    def lost(*_, **__):
        raise OSError("power lost")

    with monkeypatch.context() as broken:
        broken.setattr(moment, lost)
        assert reports.type("rollback", "2026Q3", "--because", "refunds").exit_code == 1
    standing = published_run(reports.reports, quarter="2026Q3")
    assert standing == (second if moment.endswith("note") else third)
    if standing == third:
        assert reports.type("rollback", "2026Q3", "--because", "refunds").exit_code == 0
    else:
        assert (
            reports.type("publish", "2026Q3", "--approved-by", ROLE).exit_code == 2
        )  # no draft; what is said is mended
    assert set(banners(reports.pages(second)).values()) == {None}
    assert "Reason: refunds" in banners(reports.pages(third))["en/overview.html"]


def test_the_history_tells_when_by_whom_and_why(reports):
    first, second, third = reports.names
    reports.type("rollback", "2026Q3", "--because", "refunds were left out")
    write_notebook(reports.folder / "notebooks", "overview", "1/0")
    assert reports.type("run", "2026Q3").exit_code == 1
    done = reports.type("history", "2026Q3", "--json")
    assert done.exit_code == 0, done.output
    *lines, said = done.stdout.splitlines()
    told = {line.removeprefix("stands: ").split(",")[0]: line for line in lines}
    made = {run: reports.manifest(run)["run"]["made_at"][:16].replace("T", " ") for run in reports.names}
    by = f", approved by {ROLE} on {today()}; because: "
    assert told[first] == f"{first}, made {made[first]}, replaced{by}wrong before 2"
    assert told[second] == f"stands: {second}, made {made[second]}, published{by}refunds were left out"
    assert told[third] == f"{third}, made {made[third]}, withdrawn{by}refunds were left out"
    (failed,) = set(told) - {first, second, third}
    assert lines[0] == told[failed]
    assert told[failed].endswith(", failed")
    assert {run["run"]: run["state"] for run in json.loads(said)} == {
        first: "replaced", second: "published", third: "withdrawn", failed: "failed",
    }  # fmt: skip
    assert reports.type("history", "2025Q4").stderr.splitlines() == ["2025Q4 was never run"]


def test_a_reason_has_words(reports):
    reports.refuse(
        reports.type("rollback", "2026Q3", "--because", "\u200b"), "--because needs words; got '\\u200b'"
    )
