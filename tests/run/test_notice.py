"""What a scheduled failure says: five lines a language, told once, without a value of the data."""

from __future__ import annotations

import json
import re
import shlex
from datetime import UTC, date, datetime, timedelta

import pytest

from cxlab import errors
from cxlab.run import publish
from cxlab.run.due import whose_turn
from cxlab.run.notice import noticed
from cxlab.run.ready import NotReadyError, Reason

AT = datetime(2026, 10, 7, 1, 30, tzinfo=UTC)
DAY = timedelta(days=1)
SECRET = "Nguyễn Thị Bí Mật 0912345678"

ENDS = Reason(table="transactions", kind="ends", day=date(2026, 8, 31))
GAP = Reason(table="contracts", kind="gap", day=date(2026, 7, 4), days=3)


@pytest.fixture
def scheduled(study_file, write_notebook):
    """Run a block as a scheduled run; return what was said, what was handed over, and the error."""
    write_notebook("churn")

    def run(block, *, now=AT, hand=None):
        turn = whose_turn(study_file, now=now)
        said, handed = [], []

        def remember(folder, notice):
            handed.append((folder, notice))
            return [f"notice to ops: sent: {len(notice)} languages"]

        try:
            with noticed(turn, quarter=turn.quarter, now=now, say=said.append, hand=hand or remember):
                block(turn)
        except errors.CxlabError as error:
            return said, handed, error
        return said, handed, None

    return run


@pytest.fixture
def notices(study_file):
    return study_file.parent / "reports" / ".notices"


def raises(error):
    def block(_):
        raise error

    return block


def fails(*events, error):
    """Fail as a run does: a folder with its log stays behind."""

    def block(turn):
        run_id, folder = publish.new_run(turn.reports, quarter=str(turn.quarter), at=AT)
        folder.mkdir(parents=True)
        lines = "".join(json.dumps(event) + "\n" for event in events)
        (folder / "log.jsonl").write_text(lines)
        publish.give_up(folder, run_id=run_id)
        raise error

    return block


FAILED_CELL = {"event": "cell failed", "step": "churn", "cell": 3, "kind": "KeyError", "seconds": 0.1}


def not_ready(*reasons):
    return lambda turn: raises(NotReadyError(turn.quarter, reasons))(turn)


def test_not_ready_says_five_lines_in_each_language(scheduled, study_file, notices):
    said, handed, error = scheduled(not_ready(ENDS, GAP))
    english, vietnamese, outcome = said
    command = english.splitlines()[3].removeprefix("To go on: ")
    log = f"{notices}/log.jsonl"
    assert english.splitlines() == [
        "Tiny, Q3 2026: the data are not complete yet: transactions end on 31 Aug 2026 and "
        "days without contracts: 3, the first 4 Jul 2026",
        "Since 7 Oct 2026, 08:30 (Asia/Ho_Chi_Minh)",
        "No report has been published yet",
        f"To go on: {command}",
        f"Log: {log}",
    ]
    assert vietnamese.splitlines() == [
        "Tiny, quý III/2026: số liệu nguồn chưa đủ: giao dịch mới có đến ngày 31/08/2026 và "
        "hợp đồng thuê bao thiếu 3 ngày, ngày đầu tiên là 04/07/2026",
        "Từ 08:30 ngày 07/10/2026 (Asia/Ho_Chi_Minh)",
        "Chưa có báo cáo nào được công bố",
        f"Lệnh để chạy tiếp: {command}",
        f"Nhật ký: {log}",
    ]
    assert shlex.split(command)[1:] == ["run", "--due", "--study", str(study_file)]
    assert outcome == "notice to ops: sent: 2 languages"
    ((folder, notice),) = handed
    assert folder == notices / "20261007T013000Z-2026Q3-not_ready"
    assert notice == {"en": english.splitlines(), "vi": vietnamese.splitlines()}
    assert (folder / "notice.txt").read_text() == f"{english}\n\n{vietnamese}\n"
    assert str(error).startswith("not ready: transactions end 2026-08-31; contracts have no rows on 2026-07-04")


def test_the_languages_are_those_of_the_study(scheduled, study_file):
    study_file.write_text('languages = ["vi"]\n' + study_file.read_text())
    said, _, _ = scheduled(not_ready(ENDS))
    assert [line.splitlines()[0] for line in said[:-1]] == [
        "Tiny, quý III/2026: số liệu nguồn chưa đủ: giao dịch mới có đến ngày 31/08/2026"
    ]


def test_of_many_reasons_the_notice_names_three(scheduled):
    reasons = [Reason(table=name, kind="none") for name in ("customers", "contracts", "transactions")]
    reasons += [Reason(table=name, kind="few", day=date(2026, 8, 1), ratio=0.2, against=date(2026, 5, 1))
                for name in ("verbatims", "survey_responses")]  # fmt: skip
    said, _, error = scheduled(not_ready(*reasons))
    assert said[0].splitlines()[0] == (
        "Tiny, Q3 2026: the data are not complete yet: no customers at all, no contracts at all, "
        "no transactions at all and 2 more"
    )
    assert error.message.count(";") == 4


@pytest.mark.parametrize(
    ("kind", "en", "vi"),
    [
        ("few", "far fewer transactions in Aug 2026 than in May 2026",
         "giao dịch tháng 8/2026 ít hơn hẳn tháng 5/2026"),
        ("many", "far more transactions in Aug 2026 than in May 2026",
         "giao dịch tháng 8/2026 nhiều hơn hẳn tháng 5/2026"),
        ("none", "no transactions at all", "chưa có giao dịch"),
    ],
)  # fmt: skip
def test_each_reason_has_words(scheduled, kind, en, vi):
    reason = Reason(table="transactions", kind=kind, day=date(2026, 8, 1), ratio=0.2, against=date(2026, 5, 1))
    said, _, _ = scheduled(not_ready(reason))
    assert said[0].splitlines()[0] == f"Tiny, Q3 2026: the data are not complete yet: {en}"
    assert said[1].splitlines()[0] == f"Tiny, quý III/2026: số liệu nguồn chưa đủ: {vi}"


def test_the_same_reason_is_told_once(scheduled, notices):
    first, handed, _ = scheduled(not_ready(ENDS))
    said, again, error = scheduled(not_ready(ENDS), now=AT + DAY)
    assert said == ["notice to ops: sent: 2 languages"]  # delivery is asked again: it knows whom it has reached
    assert again == handed, "the words of the first day, for the same account"
    assert error.exit_code == 69
    assert len(list(notices.glob("2026*"))) == 1
    assert len(first) == 3


def test_another_reason_is_told_anew_and_the_trouble_keeps_its_beginning(scheduled, notices):
    scheduled(not_ready(ENDS))
    later = Reason(table="transactions", kind="ends", day=date(2026, 9, 15))
    said, _, _ = scheduled(not_ready(later), now=AT + DAY)
    assert said[0].splitlines()[:2] == [
        "Tiny, Q3 2026: the data are not complete yet: transactions end on 15 Sep 2026",
        "Since 7 Oct 2026, 08:30 (Asia/Ho_Chi_Minh)",
    ]
    back, _, _ = scheduled(not_ready(ENDS), now=AT + 2 * DAY)
    assert "31 Aug 2026" in back[0]
    assert len(list(notices.glob("2026*"))) == 3


def test_a_trouble_that_comes_again_after_a_success_is_told_anew(scheduled, notices):
    scheduled(not_ready(ENDS))
    assert scheduled(lambda _: None, now=AT + DAY) == ([], [], None)
    assert not (notices / "now.json").exists()
    said, _, _ = scheduled(not_ready(ENDS), now=AT + 2 * DAY)
    assert said[0].splitlines()[1] == "Since 9 Oct 2026, 08:30 (Asia/Ho_Chi_Minh)"


def test_a_clock_moved_back_begins_the_trouble_no_later_than_now(scheduled):
    scheduled(not_ready(ENDS), now=AT + 9 * DAY)
    later = Reason(table="transactions", kind="ends", day=date(2026, 9, 15))
    said, _, _ = scheduled(not_ready(later))
    assert said[0].splitlines()[1] == "Since 7 Oct 2026, 08:30 (Asia/Ho_Chi_Minh)"


def test_a_damaged_memory_is_no_memory(scheduled, notices):
    scheduled(not_ready(ENDS))
    (notices / "now.json").write_text('{"key": "2026')
    said, _, _ = scheduled(not_ready(ENDS), now=AT + DAY)
    assert said[0].splitlines()[1] == "Since 8 Oct 2026, 08:30 (Asia/Ho_Chi_Minh)"


def test_a_failed_notebook_is_told_by_name_and_never_by_what_it_said(scheduled, study_file, notices):
    block = fails(FAILED_CELL, error=errors.RunError(f"churn.ipynb, code cell 3 failed: KeyError: '{SECRET}'"))
    said, _, error = scheduled(block)
    (run,) = (study_file.parent / "reports" / ".runs").iterdir()
    assert said[0].splitlines()[0] == "Tiny, Q3 2026: the notebook churn failed (code cell 3, KeyError)"
    assert said[1].splitlines()[0] == "Tiny, quý III/2026: notebook churn bị lỗi (ô lệnh 3, KeyError)"
    command = said[0].splitlines()[3].removeprefix("To go on: ")
    assert shlex.split(command)[1:] == ["run", "2026Q3", "--resume", "--study", str(study_file)]
    assert said[0].splitlines()[4] == f"Log: {run}/log.jsonl"
    assert type(error) is errors.RunError
    assert str(error) == f"churn.ipynb, code cell 3, failed: KeyError; what it said is kept in {run}"
    kept = "".join(path.read_text() for path in notices.rglob("*") if path.is_file())
    assert SECRET not in "".join(
        [*said, str(error), kept, *map(str, error.__notes__ if hasattr(error, "__notes__") else [])]
    )


def test_an_unexpected_error_shows_its_kind_and_its_place_alone(scheduled, notices):
    said, _, error = scheduled(raises(ValueError(SECRET)))
    assert said[0].splitlines()[0] == "Tiny, Q3 2026: the run failed"
    assert error.exit_code == 1
    assert re.fullmatch(rf"the run failed: ValueError at {re.escape(__file__)}, line \d+, in block", str(error))
    (where,) = notices.glob("*/where.txt")
    assert where.read_text().splitlines()[-1] == str(error).partition(" at ")[2]
    assert SECRET not in where.read_text()
    assert error.__cause__ is None


@pytest.mark.parametrize(
    ("error", "code", "en", "vi"),
    [
        (errors.DataError("contracts.csv ends in the middle"), 69, "the data cannot be used as they are",
         "số liệu nguồn có lỗi, chưa dùng được"),
        (errors.UsageError("no notebook"), 2, "the study file or a notebook has to be mended",
         "tệp study.toml hoặc một notebook cần được sửa"),
        (errors.LimitError("the disk is full"), 1, "the run had too little memory or disk",
         "máy thiếu bộ nhớ hoặc thiếu dung lượng đĩa"),
        (errors.TimedOutError("too long"), 124, "the run was not done in time", "chạy quá thời gian cho phép"),
        (errors.LockedError("held by run a"), 75, "not run, another run holds the quarter",
         "chưa chạy được vì một lượt chạy khác đang giữ quý này"),
    ],
)  # fmt: skip
def test_each_kind_of_failure_keeps_its_exit_code_and_has_words(scheduled, error, code, en, vi):
    said, _, came = scheduled(raises(error))
    assert said[0].splitlines()[0] == f"Tiny, Q3 2026: {en}"
    assert said[1].splitlines()[0] == f"Tiny, quý III/2026: {vi}"
    assert came is error
    assert came.exit_code == code


def test_a_cell_over_its_limit_is_named(scheduled):
    block = fails(
        {**FAILED_CELL, "kind": "CellTimeoutError"}, error=errors.TimedOutError("churn.ipynb, code cell 3")
    )
    said, _, error = scheduled(block)
    assert said[0].splitlines()[0] == "Tiny, Q3 2026: the notebook churn was not done in time (code cell 3)"
    assert said[1].splitlines()[0] == "Tiny, quý III/2026: notebook churn chạy quá thời gian cho phép (ô lệnh 3)"
    assert error.exit_code == 124


def test_a_run_by_hand_is_no_trouble_before_the_next_day(scheduled):
    locked = raises(errors.LockedError("2026Q3 is held by run a"))
    said, handed, _ = scheduled(locked)
    assert (len(said), handed) == (2, [])
    _, handed, _ = scheduled(locked, now=AT + DAY)
    assert len(handed) == 1


def test_a_failure_says_its_lines_every_day(scheduled):
    block = fails(FAILED_CELL, error=errors.RunError("x"))
    first, _, _ = scheduled(block)
    second, handed, _ = scheduled(block, now=AT + DAY)
    assert second[0].splitlines()[0] == first[0].splitlines()[0]
    assert second[0].splitlines()[1] == "Since 7 Oct 2026, 08:30 (Asia/Ho_Chi_Minh)"
    assert handed[0][1]["en"] == first[0].splitlines()


def test_the_quarter_that_stands_is_named(scheduled, study_file):
    reports = study_file.parent / "reports"
    for quarter in ("2026Q1", "2026Q2"):
        run_id, folder = publish.new_run(reports, quarter=quarter, at=AT)
        folder.mkdir(parents=True)
        publish.publish(publish.finish(folder, run_id=run_id), reports=reports, quarter=quarter)
    said, _, _ = scheduled(not_ready(ENDS))
    assert said[0].splitlines()[2] == "Still in force, unchanged: the report of Q2 2026"
    assert said[1].splitlines()[2] == "Báo cáo đang có hiệu lực, giữ nguyên: quý II/2026"


def test_a_delivery_that_breaks_hides_nothing(scheduled, notices):
    def broken(folder, notice):
        raise OSError(SECRET)

    said, _, error = scheduled(not_ready(ENDS), hand=broken)
    assert said[2] == "the notice could not be kept or sent: OSError"
    assert error.exit_code == 69
    assert len(list(notices.glob("*/notice.txt"))) == 1


def test_the_log_of_scheduled_runs_holds_kinds_and_no_words(scheduled, notices):
    scheduled(raises(ValueError(SECRET)))
    scheduled(lambda _: None, now=AT + DAY)
    events = [json.loads(line) for line in (notices / "log.jsonl").read_text().splitlines()]
    assert [{name: event[name] for name in event if name != "at"} for event in events] == [
        {"event": "trouble", "quarter": "2026Q3", "kind": "failed", "step": None},
        {"event": "no trouble", "quarter": "2026Q3"},
    ]


def test_being_stopped_is_nobodys_trouble(scheduled, notices):
    with pytest.raises(SystemExit):
        scheduled(raises(SystemExit(143)))
    assert not (notices / "now.json").exists()
