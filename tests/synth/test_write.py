from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cxlab.synth.columns import codes, dates, ids, moments, whole
from cxlab.synth.write import Writer


def test_a_table_is_what_was_added_in_the_order_it_was_added(tmp_path):
    with Writer(tmp_path / "new") as writer:
        for part in range(30):
            writer.add("numbers", pa.table({"n": [2 * part, 2 * part + 1]}))
            writer.add("letters", pa.table({"a": [str(part)]}))
        assert writer.rows == {"numbers": 60, "letters": 30}
    assert pq.read_table(tmp_path / "new" / "numbers.parquet")["n"].to_pylist() == list(range(60))
    assert sorted(file.name for file in (tmp_path / "new").iterdir()) == ["letters.parquet", "numbers.parquet"]


def write(folder: Path, *tables: pa.Table, then: Exception | None = None) -> None:
    with Writer(folder) as writer:
        for table in tables:
            writer.add("numbers", table)
        if then is not None:
            raise then


@pytest.mark.parametrize(
    ("tables", "then", "error"),
    [
        ([pa.table({"n": [2]}), pa.table({"other": ["a"]})], None, ValueError),
        ([pa.table({"n": [2]})], RuntimeError("no power"), RuntimeError),
    ],
    ids=["writing", "making"],
)
def test_an_older_table_stays_when_a_new_one_fails(tmp_path, tables, then, error):
    write(tmp_path, pa.table({"n": [1]}))
    with pytest.raises(error):
        write(tmp_path, *tables, then=then)
    assert pq.read_table(tmp_path / "numbers.parquet")["n"].to_pylist() == [1]
    assert [file.name for file in tmp_path.iterdir()] == ["numbers.parquet"]


def test_columns_hold_what_they_were_made_from():
    number, there = np.array([0, 19_000]), np.array([True, False])
    assert ids("c", np.array([7, 1234]), width=4).to_pylist() == ["c0007", "c1234"]
    assert codes(np.array([1, 0, 2]), ("", "a", "b")).to_pylist() == ["a", None, "b"]
    assert [str(day) for day in dates(number).to_pylist()] == ["1970-01-01", "2022-01-08"]
    assert dates(number, valid=there).to_pylist()[1] is None
    assert str(moments(number, np.array([3_661, 0])).to_pylist()[0]) == "1970-01-01 01:01:01"
    assert whole(number, valid=there).to_pylist() == [0, None]


def test_files_hold_plain_types_so_that_any_engine_reads_them(tmp_path):
    with Writer(tmp_path) as writer:
        writer.add(
            "plain", pa.table({"code": codes(np.array([0, 1]), ("a", "b")), "id": ids("k", np.arange(2), width=1)})
        )
    assert [str(kind) for kind in pq.read_schema(tmp_path / "plain.parquet").types] == ["string", "string"]
