"""CSV read in blocks: typed or not, one block or many, it is what the engine's reader and casts make of it."""

from __future__ import annotations

import csv
import io

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxlab.tables import csv_blocks, csv_files
from cxlab.tables.cast import cast
from cxlab.tables.config import File, Source
from cxlab.tables.csv_wanted import csv_wanted
from cxlab.tables.engine import name as quoted
from cxlab.tables.learnt import Wanted
from cxlab.tables.schema import TABLES, Column
from cxlab.tables.source_files import Drop

from .conftest import write_text

TYPES = {
    "day": ("date", pa.date32()),
    "at": ("timestamp", pa.timestamp("us")),
    "number": ("integer", pa.int64()),
    "told": ("flag", pa.bool_()),
}
HEADER = ["key", *TYPES]
ODD = st.text(alphabet=st.sampled_from("0123456789-+:TZx/. \tetrufals,'\"\xa0\x0b"), max_size=20)
DAYS = st.one_of(st.dates().map(str), st.sampled_from(["0000-01-01", "2024-02-30", "2024-1-5", "2024-01-05\t"]))
TIMES = st.one_of(
    st.datetimes().map(str),
    st.dates().map(str),
    st.sampled_from(["2024-01-05 10", "2024-01-05T10:30", "2024-01-05 24:00:00", "2024-01-05 23:59:60",
                     "2024-01-05T10Z", "0000-01-01 00", "2024-01-05 10:30:00.1234567", "2024-01-05 10:30+07:00"]),
)  # fmt: skip
NUMBERS = st.one_of(
    st.integers(-(2**70), 2**70).map(str),
    st.sampled_from(["+5", "007", "0x1F", "0X1", "1e3", "12.0", "12.5", " 5 ", "1,000", "-0", str(2**63)]),
)
FLAGS = st.sampled_from(["true", "FALSE", "1", "0", "t", "yes", "no", "on", "2", " true"])


def csv_text(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([HEADER, *rows])
    return text.getvalue()


@given(
    rows=st.lists(
        st.tuples(
            st.just("k"), *(st.one_of(of, of, of, st.just(""), ODD) for of in (DAYS, TIMES, NUMBERS, FLAGS))
        ),
        max_size=6,
    ),
    at_once=st.integers(30, 200),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_typed_values_are_those_the_casts_make_of_texts(tmp_path_factory, engine, rows, at_once):
    path = tmp_path_factory.mktemp("typed") / "typed.csv"  # the engine keeps in mind what it read of a name
    path.write_text(csv_text(rows), encoding="utf-8", newline="")
    file = File(path=path.name)
    made = []
    for types in ({name: of for name, (_, of) in TYPES.items()}, {}):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(csv_blocks, "_BLOCK", at_once)
            view = csv_files.csv_view(
                engine,
                path=path,
                file=file,
                scratch=path.with_name(f"{len(made)}"),
                drop=Drop(),
                wants=lambda _, of=types: Wanted(types=of),
            )
        kinds = {row[0]: row[1] for row in engine.con.execute(f"DESCRIBE {view.rows}").fetchall()}
        values = (
            cast(quoted(name), column=Column(name=name, type=kind, meaning=""), engine_type=kinds[name], file=file,
                 currency="VND")
            for name, (kind, _) in TYPES.items()
        )  # fmt: skip
        sql = ", ".join(f"({value})::VARCHAR" for value in values)
        made.append(engine.con.execute(f"SELECT {sql} FROM ({view.rows}) ORDER BY record_number").fetchall())
    assert made[0] == made[1]


def copied(path):
    return csv_blocks.copied(
        path, header=HEADER, lines=1, file=File(path=path.name), kept=HEADER, threads=2,
        wanted=Wanted(types={name: of for name, (_, of) in TYPES.items()}), to=path.with_suffix(".parquet"),
    )  # fmt: skip


GOOD = ["k", "2024-01-05", "2024-01-05 10:30:00", "5", "true"]


@pytest.mark.parametrize(
    ("place", "value", "texts"),
    [
        (1, "?", {"day"}),
        (1, "2024-01-05\t", {"day"}),
        (0, "a\tb", {"day"}),
        (2, "05/01/2024", {"at"}),
        (3, "1.5", {"number"}),
        (3, "0x5", {"number"}),
        (0, "k0X", {"number"}),
        (4, "perhaps", {"told"}),
    ],
)
def test_a_column_with_one_value_of_another_kind_is_read_as_texts_and_no_other(
    tmp_path, monkeypatch, place, value, texts
):
    monkeypatch.setattr(csv_blocks, "_BLOCK", 200)
    rows = [list(GOOD) for _ in range(50)]
    rows[40][place] = value
    path = tmp_path / "c.csv"
    path.write_text(csv_text(rows), encoding="utf-8", newline="")
    found = copied(path)
    assert (found.read, found.refused, found.typed) == (50, [], True)
    table = pa.parquet.read_table(path.with_suffix(".parquet"))
    assert {field.name for field in table.schema if pa.types.is_string(field.type)} == {"key", *texts}
    assert str(table.column(place)[40].as_py()) == value


@pytest.mark.parametrize(
    "raw",
    [
        b"key,day\r\na,b\n",
        b"key,day\na,b\rc,d\n",
        b"key,day\n\xff,b\n",
        b"key,day\n\xc3\xa9\xff\n",
        b"key,day\na,b\0\n",
        b"key,day\na,b,\n",
        b'key,day\na,b,""\n',
        b'key,day\na,"b\nc"\n',
        b'key,day\na,b "c"\n',
        b"key,day\na,b," + b"c" * 10_000 + b"\n",
        b"key,day\na," + b"c" * 2_000_000 + b"\nb,d\n",
        b"key,day\nb,d\na," + b"c" * 9_000_000,
        b"key,KEY\na,b\n",
        b"key,\na,b\n",
        b"key\na\n",
        b'"key\nof",day\na,b\n',
    ],
)
def test_whatever_is_not_plainly_one_row_a_line_is_left_to_the_engine(tmp_path, raw):
    path, to = tmp_path / "c.csv", tmp_path / "copy.parquet"
    path.write_bytes(raw)
    header = next(csv.reader(io.StringIO(raw.decode(errors="replace"), newline="")))
    lines = 1 + raw.startswith(b'"key\n')
    found = csv_blocks.copied(
        path, header=header, lines=lines, file=File(path=path.name), kept=header, wanted=Wanted(), threads=2,
        to=to,
    )  # fmt: skip
    assert found is None
    assert not to.exists()


def test_ragged_rows_and_empty_lines_have_the_numbers_of_their_lines(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_blocks, "_BLOCK", 100)
    good = ",".join(GOOD)
    lines = [",".join(HEADER)]
    for number in range(2, 200):
        lines.append({0: "", 1: "k,1", 2: f"{good},x", 3: f"{good},,x"}.get(number % 7, good))
    path = tmp_path / "c.csv"
    path.write_text("\n".join(lines), encoding="utf-8", newline="")
    found = copied(path)
    assert found.read == sum(line == good for line in lines)
    assert [(at, text) for at, _, text in found.refused] == [
        (number, line) for number, line in enumerate(lines, start=1) if number > 1 and line not in ("", good)
    ]
    assert {kind for _, kind, text in found.refused if text == "k,1"} == {"MISSING COLUMNS"}
    assert {kind for _, kind, text in found.refused if text != "k,1"} == {"TOO MANY COLUMNS"}


@given(asked=st.sets(st.integers(2, 41)), at_once=st.integers(30, 200), end=st.sampled_from(["\n", "\r\n"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_asked_for_come_as_they_are_written(tmp_path, asked, at_once, end):
    rows = [[f"k{number}", '007 "x"' if number % 3 else "", " 1,5", "0x5", ""] for number in range(2, 42)]
    path = tmp_path / "c.csv"
    path.write_text(csv_text(rows).replace("\n", end).removesuffix(end), encoding="utf-8", newline="")
    lines = np.array(sorted(asked), dtype=np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_blocks, "_BLOCK", at_once)
        found = list(csv_blocks.as_written(path, header=HEADER, below=1, file=File(path=path.name), lines=lines))
    told = [row for _, table in found for row in zip(*table.to_pydict().values(), strict=True)]
    assert [[value or "" for value in row] for row in told] == [rows[line - 2] for line in lines]
    assert [place for of, _ in found for place in range(of.start, of.stop)] == list(range(len(lines)))


def test_what_is_refused_is_shown_as_it_was_written(tmp_path, load_table):
    """Of a file whose values could all be read: the row is wrong for what it says, not for how."""
    write_text(
        tmp_path,
        "t.csv",
        "txn_id,customer_id,at,amount,currency,kind,more\n\n"
        "1,c,2024-01-05T10,+0100,VND,recurring,x\n"
        "2,c,2024-01-05T11:30,007,ZZZ,recurring,x\n\n"
        "3,c,2024-01-05,5,VND,?,x\n",
    )
    found = load_table("transactions", 'path = "raw/t.csv"\n')
    assert found.rows["at"].astype(str).tolist() == ["2024-01-05 10:00:00"]
    assert found.rows["amount"].tolist() == [100]
    assert found.quarantine[["record", "txn_id", "at", "amount", "currency", "kind"]].to_numpy().tolist() == [
        ["4", "2", "2024-01-05T11:30", "007", "ZZZ", "recurring"],
        ["6", "3", "2024-01-05", "5", "VND", "?"],
    ]


def test_what_is_refused_is_found_again_in_the_blocks_that_were_copied(tmp_path, load_table, monkeypatch):
    """Blocks that begin elsewhere may end within a line that is longer than they are."""
    monkeypatch.setattr(csv_blocks, "_BLOCK", 100)
    header = "txn_id,customer_id,at,amount,kind,more".ljust(60, "e")
    rows = [f"{number},c,2024-01-05,5,{'?' if number == 7 else 'recurring'}," for number in range(9)]
    write_text(
        tmp_path, "t.csv", "".join(f"{line}\n" for line in (header, *(row.ljust(150, "x") for row in rows)))
    )
    found = load_table("transactions", 'path = "raw/t.csv"')
    assert (found.accepted.accepted, found.accepted.reasons) == (8, {"kind_not_allowed": 1})
    assert found.quarantine[["record", "txn_id"]].to_numpy().tolist() == [["9", "7"]]


@pytest.mark.parametrize(
    ("settings", "typed"),
    [
        ({}, {"at", "amount", "tax_amount"}),
        ({"money": "major"}, {"at"}),
        ({"columns": {"at": "moment"}}, {"moment", "amount", "tax_amount"}),
        ({"columns": {"amount": "tax_amount"}}, {"at"}),
        ({"columns": {"kind": {"sql": "upper(kind)"}}}, set()),
        ({"values": {"amount": {"-": "0"}}}, {"at", "tax_amount"}),
        ({"hash": ["at"]}, {"amount", "tax_amount"}),
    ],
)
def test_sql_hashes_and_values_of_words_see_texts(settings, typed):
    source = Source(path="t.csv", **settings)
    header = ["txn_id", "customer_id", "at", "moment", "amount", "tax_amount", "currency", "kind"]
    assert set(csv_wanted(TABLES["transactions"], source=source)(header).types) == typed


def test_a_source_joined_in_sql_sees_texts():
    source = Source(inputs={"a": "a.csv", "b": "b.csv"}, **{"from": "a JOIN b USING (txn_id)"})
    assert csv_wanted(TABLES["transactions"], source=source)(["txn_id", "at"]) == Wanted()
