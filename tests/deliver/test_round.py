"""A round to all targets: once each, drafts never, and who cannot be reached keeps nobody from hearing."""

from __future__ import annotations

import json

import pytest

from cxlab.deliver import Outcome
from cxlab.deliver.outcome import Undelivered
from cxlab.deliver.patience import patiently
from cxlab.errors import UsageError

HOOK = '[deliver.{name}]\nkind = "webhook"\nwait_seconds = 0\nurl = "{url}"\n'
NOTICE = {"en": ["2026Q3 was not made", "2026Q2 still stands"], "vi": ["Chưa lập được 2026Q3", "2026Q2 vẫn còn"]}


@pytest.fixture
def two(house, hook):
    """Two programs: the first cannot be reached."""
    away = HOOK.format(name="away", url="http://127.0.0.1:9/") + "attempts = 1\n"
    house.declare(away + HOOK.format(name="chat", url=hook.url))
    return house


def states(outcomes):
    return {one.target: one.state for one in outcomes}


def test_one_that_fails_hinders_nobody(two, hook):
    pages = {path: path.read_bytes() for path in two.run.rglob("*.html")}
    assert states(two.tell()) == {"away": "failed", "chat": "sent"}
    assert len(hook.asked) == 1
    assert {path: path.read_bytes() for path in two.run.rglob("*.html")} == pages


def test_nothing_is_sent_twice_unless_asked_and_what_failed_is_tried_again(two, hook):
    two.tell()
    assert states(two.tell()) == {"away": "failed", "chat": "before"}
    assert states(two.tell(again=True, to=["chat"])) == {"chat": "sent"}
    assert len(hook.asked) == 2
    assert [(entry["target"], entry["state"]) for entry in two.record] == [
        ("away", "failed"), ("chat", "sent"), ("away", "failed"), ("chat", "sent"),
    ]  # fmt: skip


def test_a_correction_is_told_with_its_reason(two, hook):
    two.tell(to=["chat"])
    two.correct()
    assert states(two.tell("change", because="Late <recharges>\r\n", to=["chat"])) == {"chat": "sent"}
    found = json.loads(hook.asked[1][2])
    assert found["subject"]["en"] == "Corrected: Customer experience, Q3 2026 · Én Mobile"
    first = "This report replaces the one published before. Why: Late <recharges>"
    assert found["text"]["en"].splitlines()[0] == first
    assert found["text"]["vi"].startswith(
        "Báo cáo này thay thế bản đã phát hành trước đó. Lý do: Late <recharges>\n"
    )


def test_a_quarter_taken_back_needs_no_reason(two, hook):
    two.tell("change", to=["chat"])
    said = json.loads(hook.asked[0][2])["text"]["en"]
    assert said.startswith("This report replaces the one published before.\n")


def test_a_report_that_comes_back_is_told_again_and_once(two, hook):
    two.tell(to=["chat"])
    first, second = two.correct(), two.run
    for run, state in ((second, "sent"), (second, "before"), (first, "sent"), (first, "before"), (second, "sent")):
        assert states(two.tell("change", folder=run, to=["chat"])) == {"chat": state}
    assert [json.loads(body)["run"] for _, _, body in hook.asked] == [
        run.name for run in (first, second, first, second)
    ]


def test_the_log_says_what_happened(two):
    two.tell()
    events = [(line["event"], line["target"]) for line in two.log if line["event"].startswith("delivery")]
    assert events == [("delivery failed", "away"), ("delivery sent", "chat")]


def test_drafts_never_go_out(two, hook):
    path = two.run / "manifest.json"
    path.write_text(path.read_text().replace('"published"', '"draft"'))
    done = two.tell()
    assert [str(one) for one in done] == [
        "away: not sent: drafts never go out",
        "chat: not sent: drafts never go out",
    ]
    assert hook.asked == []
    assert not (two.run / "delivered.json").exists()


@pytest.mark.parametrize("content", ["", "{", '{"run": []}', None])
def test_what_is_no_whole_run_is_never_sent(content, two, hook):
    path = two.run / "manifest.json"
    path.unlink() if content is None else path.write_text(content)
    said = f"{two.run} holds no whole run: its manifest.json cannot be read"
    assert [(one.state, one.detail) for one in two.tell()] == [("failed", said)] * 2
    assert hook.asked == []


def test_a_dry_run_says_everything_and_does_nothing(two, hook):
    before = {path for path in two.folder.rglob("*") if path.is_file()}
    (away, chat) = two.tell(dry_run=True)
    assert (away.state, chat.state) == ("planned", "planned")
    host = hook.url.split("/")[2]
    assert str(chat).startswith("chat: would be sent: success, ")
    assert str(chat).endswith(f" kB to {host}")
    assert hook.asked == []
    assert {path for path in two.folder.rglob("*") if path.is_file()} == before


def test_a_failure_is_told_in_its_own_words_once(two, hook):
    two.file.write_text(two.file.read_text() + 'on = ["failure"]\n')
    folder = two.folder / "reports" / ".notices" / "2026Q3"
    given = {"folder": folder, "notice": NOTICE}
    assert states(two.tell("failure", **given)) == {"chat": "sent"}
    assert states(two.tell("failure", **given)) == {"chat": "before"}
    worse = {"en": ["2026Q3 was not made again"]}
    assert states(two.tell("failure", folder=folder, notice=worse)) == {"chat": "sent"}
    found = json.loads(hook.asked[0][2])
    assert found["event"] == "failure"
    assert found["subject"] == {"en": "2026Q3 was not made · Én Mobile", "vi": "Chưa lập được 2026Q3 · Én Mobile"}
    assert found["text"] == {language: "\n".join(lines) for language, lines in NOTICE.items()}
    assert found["numbers"] == []
    assert [entry["state"] for entry in json.loads((folder / "delivered.json").read_text())["deliveries"]] == [
        "sent",
        "sent",
    ]


def test_a_failure_without_words_is_no_notice(two):
    two.file.write_text(two.file.read_text() + 'on = ["failure"]\n')
    said = "a notice of failure needs at least one line in one language"
    assert [(one.state, one.detail) for one in two.tell("failure", notice={"en": []})] == [("failed", said)]


def test_a_study_without_targets_tells_nobody(house):
    assert house.tell() == ()
    assert not (house.run / "delivered.json").exists()


def test_a_name_that_is_no_target_is_refused(two):
    with pytest.raises(UsageError) as refused:
        two.tell(to=["chatt"])
    assert str(refused.value) == (
        f"{two.file} names other targets under [deliver]\n  - no target is called 'chatt'; did you mean 'chat'?"
    )


def test_a_record_nobody_can_read_stops_before_anything_is_sent(two, hook):
    (two.run / "delivered.json").write_text("[]")
    said = f"{two.run}/delivered.json is no record of deliveries, so nobody knows what was sent"
    assert {one.detail.partition(":")[0] for one in two.tell()} == {said}
    assert hook.asked == []


def test_languages_are_those_the_target_wants_as_far_as_the_run_has_them(two, hook):
    two.file.write_text(two.file.read_text() + 'languages = ["vi"]\n')
    two.tell(to=["chat"])
    assert set(json.loads(hook.asked[0][2])["text"]) == {"vi"}


def test_waits_grow_and_only_what_passes_is_waited_for():
    waits, told, errors = [], [], [Undelivered(f"{n}", passing=True) for n in range(9)]

    def send():
        raise errors.pop(0)

    with pytest.raises(Undelivered, match=r"\A3\Z"):
        patiently(
            send,
            attempts=4,
            wait_seconds=5,
            sleep=waits.append,
            failed=lambda attempt, error: told.append((attempt, str(error))),
        )
    assert waits == [5, 10, 20]
    assert told == [(1, "0"), (2, "1"), (3, "2")]


def test_a_wait_has_an_end():
    waits = []

    def send():
        raise Undelivered("no", passing=True)

    with pytest.raises(Undelivered):
        patiently(send, attempts=10, wait_seconds=60, sleep=waits.append)
    assert max(waits) == 600


def test_an_outcome_reads_as_a_line():
    one = Outcome(target="board", kind="mail", event="success", state="sent", detail="2 recipients, 5.1 MB")
    assert str(one) == "board: sent: 2 recipients, 5.1 MB"
