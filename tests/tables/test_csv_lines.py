"""Lines that are rows: where it is said that no row goes on in the next line, none does."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlab.tables import csv_lines as module
from cxlab.tables.config import File
from cxlab.tables.csv_lines import empty_lines, line_numbers, lines_that_are_rows

FILE = File(path="c.csv")
SIGNS = st.text(alphabet=st.sampled_from('a",\n\r; é'), max_size=40)
CELLS = st.text(alphabet=st.sampled_from('a",;\t é'), max_size=4)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("lines") / "c.csv"


def found(path, text, *, at_once=1_000_000, header=1, **settings):
    path.write_bytes(text.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", at_once)
        return lines_that_are_rows(path, file=FILE.model_copy(update=settings), header=header)


@given(text=SIGNS, at_once=st.integers(1, 9))
def test_no_row_goes_on_where_every_line_is_said_to_be_one(path, text, at_once):
    lines = found(path, f"h\n{text}", at_once=at_once)
    if lines is not None:
        rows = list(csv.reader(io.StringIO(f"h\n{text}", newline=""), strict=True))
        by_line = [row for line in f"h\n{text}".splitlines() for row in csv.reader([line], strict=True)]
        assert [row for row in rows if row] == [row for row in by_line if row]
        assert lines == sum(1 for row in rows[1:] if row)


@given(
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=3).filter(any), min_size=1, max_size=5),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    end=st.sampled_from(["\n", "\r\n"]),
    closed=st.booleans(),
    at_once=st.integers(1, 9),
)
def test_what_is_written_by_the_book_without_breaks_is_seen_through(path, rows, quoting, end, closed, at_once):
    text = io.StringIO()
    csv.writer(text, quoting=quoting, lineterminator=end).writerows([["h"], *rows])
    written = text.getvalue() if closed else text.getvalue().removesuffix(end)
    assert found(path, written, at_once=at_once) == len(rows)


@pytest.mark.parametrize(
    "text",
    [
        'h\n"a\nb"\n',
        'h\n"a',
        'h\na"b,"c\n"\n',
        'h\n5" tube,"a"\n',
        'h\n "a"\n',
        'h\n"a" \n',
        'h\n"a"b\n',
        'h\r\n"a"\n',
        'h\n"a"\r\n',
        'h\n"a"\rb\n',
    ],
)
def test_where_it_is_not_plain_nothing_is_said(path, text):
    assert found(path, text) is None


def test_lines_up_to_the_header_and_empty_ones_do_not_count(path):
    assert found(path, 'a report\n\n"h",b\n"1",2\n\n"3",""\n\n', header=3) == 2
    assert found(path, "h;g\n'1';''\n", separator=";", quote="'") == 1
    assert found(path, "h,g\n“1“,2\n", quote="“") is None


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@given(text=st.text(alphabet="a\n", max_size=30), at_once=st.integers(1, 9))
def test_lines_have_the_numbers_an_editor_gives_them(path, end, text, at_once):
    lines = text.split("\n")
    path.write_bytes(text.replace("\n", end).encode())
    starts = [len(end.join([*lines[:place], ""]).encode()) for place in range(len(lines))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", at_once)
        filled = [place for place, line in enumerate(lines) if line]
        assert line_numbers(path, [starts[place] for place in filled]) == [place + 1 for place in filled]
        with_ends = [max(starts[place] - 1, 0) for place in filled]
        assert line_numbers(path, with_ends) == [place + 1 for place in filled]
        assert empty_lines(path, 0) == [place + 1 for place, line in enumerate(lines[:-1]) if not line]
        assert empty_lines(path, 2) == [number for number in empty_lines(path, 0) if number > 2]
