"""CSV read by several at once: no row is lost or made where one begins, and records keep their numbers."""

from __future__ import annotations

import pytest

from cxlab.tables import csv_files

from .conftest import write_text

pytestmark = pytest.mark.usefixtures("way")
CONTRACTS = 'path = "raw/c.csv"\n'

LONG = 8_000_000
"""So many bytes at once does the reader hand to a thread."""


def wide_rows(size, *, hostile=""):
    """Return CSV of so many bytes; in place of a comment the hostile one stands wherever a thread begins."""
    lines, written, begins = ["contract_id,customer_id,start,note"], 0, LONG
    while written < size:
        note = "x" * 900
        if hostile and begins - len(hostile) / 2 < written:
            note, begins = hostile, begins + LONG
        lines.append(
            f'k{len(lines):06d},c,2024-01-01,"{note}"' if hostile else f"k{len(lines):06d},c,2024-01-01,{note}"
        )
        written += len(lines[-1]) + 1
    return lines


def test_what_people_write_between_quotes_never_becomes_a_row(tmp_path, load_table):
    lines = wide_rows(2.5 * LONG, hostile="thanks\n" + "z9,someone,2024-01-01,planted\n" * 20_000)
    write_text(tmp_path, "c.csv", "\n".join([*lines, "k", "k1000000,c,?,"]) + "\n")
    found = load_table("contracts", CONTRACTS)
    assert found.accepted.reasons == {"ragged_row": 1, "start_unreadable": 1}
    assert found.quarantine["record"].tolist() == [str(len(lines) + 1), str(len(lines) + 2)]
    assert found.rows["contract_id"].tolist() == [f"k{number:06d}" for number in range(1, len(lines))]


@pytest.fixture
def readings(monkeypatch):
    """How the engine copied a file, each time: by one thread alone or not."""
    copied, found = csv_files._copied, []

    def spy(*given, by_one, **settings):
        found.append("one" if by_one else "all")
        return copied(*given, by_one=by_one, **settings)

    monkeypatch.setattr(csv_files, "_copied", spy)
    return found


@pytest.mark.parametrize(
    ("note", "how"),
    [
        ('"{}"', ["all"]),
        ('"a ""{}"", and so on"', ["all"]),
        ('"a\n{}"', ["one"]),
        ('a "{}"', ["one"]),
    ],
)
def test_a_quoted_file_is_read_by_several_threads_where_every_line_is_a_row(
    tmp_path, load_table, readings, way, note, how
):
    lines = [f"{line},{note.format('x')}" for line in wide_rows(2.5 * LONG)[1:]]
    lines[len(lines) // 2] = f"k,,2024-01-01,x,{note.format('x')}"
    write_text(tmp_path, "c.csv", "contract_id,customer_id,start,note,more\n" + "\n".join(lines))
    found = load_table("contracts", CONTRACTS)
    assert readings == ([] if way == "blocks" and how == ["all"] else how)
    assert found.accepted.reasons == {"customer_id_missing": 1}
    assert found.quarantine["record"].tolist() == [str(len(lines) // 2 + 2)]
    assert found.accepted.read == len(lines)


def test_no_row_is_lost_where_a_thread_takes_a_wrong_line_end_for_the_end_of_a_row(
    tmp_path, load_table, readings, way
):
    """Begun within such a comment, quotes that open are taken for quotes that close, and the other way round."""
    note = ',""' * 300
    lines = [f'",k{number:06d}","c","2024-01-01","{note}"' for number in range(int(2.5 * LONG / 930))]
    write_text(tmp_path, "c.csv", "contract_id,customer_id,start,note\n" + "\n".join(lines) + "\n")
    found = load_table("contracts", CONTRACTS)
    assert readings == ([] if way == "blocks" else ["all", "one"])  # some was missing at first
    assert found.accepted.reasons == {}
    assert found.rows["contract_id"].tolist() == [f",k{number:06d}" for number in range(len(lines))]


def test_no_row_is_lost_where_a_thread_begins_at_a_ragged_row(tmp_path, load_table, readings, way):
    """The reader gives up on all that the last thread is handed, and says nothing."""
    lines = wide_rows(2.5 * LONG)
    size, place = 0, 0
    while size + len(lines[place]) + 1 <= 2 * LONG:
        size, place = size + len(lines[place]) + 1, place + 1
    lines[place + 1] = "k,c"
    write_text(tmp_path, "c.csv", "\n".join(lines) + "\n")
    found = load_table("contracts", CONTRACTS)
    assert readings == ([] if way == "blocks" else ["all", "one"])  # some was missing at first
    assert found.accepted.reasons == {"ragged_row": 1}
    assert found.quarantine["record"].tolist() == [str(place + 2)]
    assert found.accepted.accepted == len(lines) - 2


def test_records_keep_their_numbers_in_a_file_read_by_several_threads(tmp_path, load_table):
    lines = wide_rows(2.5 * LONG)
    bad = [3, len(lines) // 3, len(lines) // 2, len(lines) - 7, len(lines) - 1]
    for place, line in zip(bad, ["k", "k,c,2024-01-01,x,y", "k9999999,c,?,x", "k", "k8,c,never,x"], strict=True):
        lines[place] = line
    write_text(tmp_path, "c.csv", "\n".join(lines) + "\n")
    found = load_table("contracts", CONTRACTS)
    assert found.accepted.reasons == {"ragged_row": 3, "start_unreadable": 2}
    assert found.quarantine["record"].tolist() == [str(place + 1) for place in bad]
    assert found.accepted.read == len(lines) - 1


def test_no_line_is_counted_twice_where_a_thread_begins_between_the_two_signs_of_its_end(tmp_path, load_table):
    lines = ["contract_id,customer_id,start,plan"]
    lines += [f"k{number:06d},c,2024-01-01,{'x' * 970}" for number in range(2 * LONG // 1_000 + 100)]
    lines[1] += "x" * (
        LONG - sum(map(len, lines[:8001])) - 2 * 8001 + 1
    )  # a line end is half behind the LONG bytes
    lines += ["k", "k9999998,c,?,", "k9999999,c,2024-01-01,"]
    write_text(tmp_path, "c.csv", "\r\n".join(lines) + "\r\n")
    assert (tmp_path / "raw" / "c.csv").read_bytes()[LONG - 1 : LONG + 1] == b"\r\n"
    found = load_table("contracts", CONTRACTS)
    assert found.quarantine["record"].tolist() == [str(len(lines) - 2), str(len(lines) - 1)]
    assert found.quarantine["line"].tolist() == ["k", ""]
