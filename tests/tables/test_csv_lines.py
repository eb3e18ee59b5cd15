"""Lines that are rows: where it is said that no row goes on in the next line, none does."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cxlab.tables import csv_lines as module
from cxlab.tables.config import File
from cxlab.tables.csv_ends import ends_in_quotes, with_one_line_end
from cxlab.tables.csv_lines import (
    empty_lines,
    every_line_is_a_row,
    line_numbers,
    signs,
)

FILE = File(path="c.csv")
SIGNS = st.text(alphabet=st.sampled_from('a",\n\r; é'), max_size=40)
CELLS = st.text(alphabet=st.sampled_from('a",;\t é'), max_size=4)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("lines") / "c.csv"


def found(path, text, *, at_once=1_000_000, **settings):
    path.write_bytes(text.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", at_once)
        return every_line_is_a_row(path, file=FILE.model_copy(update=settings))


@given(text=SIGNS, at_once=st.integers(1, 9))
def test_no_row_goes_on_where_every_line_is_said_to_be_one(path, text, at_once):
    if found(path, f"h\n{text}", at_once=at_once):
        rows = list(csv.reader(io.StringIO(f"h\n{text}", newline=""), strict=True))
        by_line = [row for line in f"h\n{text}".splitlines() for row in csv.reader([line], strict=True)]
        assert [row for row in rows if row] == [row for row in by_line if row]
        assert signs(path, quote=FILE.quote).lines == len(rows)


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
    assert found(path, written, at_once=at_once)
    assert signs(path, quote=FILE.quote).lines == len(rows) + 1


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
    assert not found(path, text)


def test_separators_and_quotes_are_the_declared_ones(path):
    assert found(path, "h;g\n'1';''\n", separator=";", quote="'")
    assert not found(path, "h;g\n'1';''\n", separator=",", quote="'")
    assert not found(path, "h,g\n“1“,2\n", quote="“")


@given(
    pieces=st.lists(st.sampled_from(["a", "é", '"', "\n", "\r\n", "\r"]), max_size=20),
    at_once=st.integers(1, 9),
)
def test_lines_end_alike_in_the_copy_and_values_stay(path, pieces, at_once):
    text = "".join(pieces)
    path.write_bytes(text.encode())
    copy = path.with_name("copy.csv")
    needed = with_one_line_end(path, file=FILE, to=copy)
    assume(not ends_in_quotes(path, file=FILE))
    rows, alike = (list(csv.reader(io.StringIO(of, newline=""))) for of in (text, copy.read_bytes().decode()))
    assert rows == alike
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", at_once)
        if signs(path, quote=FILE.quote).alike:
            assert not needed


@given(text=st.text(alphabet=st.sampled_from('a"\n\r'), max_size=30), at_once=st.integers(1, 9))
def test_what_one_reading_tells_is_what_stands_in_the_file(path, text, at_once):
    path.write_bytes(text.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", at_once)
        found = signs(path, quote='"')
    ends = set(re.findall("\r\n|\r|\n", text))
    assert found.lines == len(io.StringIO(text, newline="\n").readlines())
    assert found.alike == (ends in (set(), {"\n"}, {"\r\n"}))
    assert found.quoted == ('"' in text)


def test_bytes_of_another_encoding_stay_in_the_copy(path):
    path.write_bytes(b"h\rk\xe9\xff\r\n")
    copy = path.with_name("copy.csv")
    assert with_one_line_end(path, file=FILE, to=copy)
    assert copy.read_bytes() == b"h\nk\xe9\xff\n"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
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
