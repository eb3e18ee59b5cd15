"""What is learnt of a file while it is read is what the engine would find in its rows."""

from __future__ import annotations

import csv
import io
import shutil
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlab.tables import csv_blocks, stage
from cxlab.tables.codes import few_values
from cxlab.tables.config import Source
from cxlab.tables.csv_wanted import csv_wanted
from cxlab.tables.engine import connect
from cxlab.tables.learnt import Learning, Wanted
from cxlab.tables.rising import rising
from cxlab.tables.schema import TABLES

VALUES = st.one_of(st.none(), st.text(alphabet=st.sampled_from("ab19~! \t\x7fé中"), max_size=2))
RISING = st.lists(VALUES, max_size=12).map(lambda values: sorted({value for value in values if value is not None}))
COLUMN = st.one_of(st.lists(VALUES, max_size=12), RISING)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    return connect(time_zone="Asia/Ho_Chi_Minh", folder=tmp_path_factory.mktemp("engine"), threads=1)


def blocks_of(values, cuts):
    places = [0, *sorted(cut % (len(values) + 1) for cut in cuts), len(values)]
    return [pa.table({"of": pa.array(values[start:end], pa.string())}) for start, end in pairwise(places)]


@given(values=COLUMN, cuts=st.lists(st.integers(0, 12), max_size=4), late=st.booleans())
def test_what_is_learnt_of_blocks_is_what_the_engine_finds_in_all_rows(engine, values, cuts, late):
    learning = Learning(Wanted(keys={"key": "of"}, codes={"code": "of"}))
    blocks = blocks_of(values, cuts)
    if late:  # other threads looked at them before the first was joined
        for seen in [learning.look(block) for block in blocks]:
            learning.join(seen)
    else:
        for block in blocks:
            learning.join(learning.look(block))
    found = learning.learnt()
    engine.con.execute("CREATE OR REPLACE TEMP TABLE held AS SELECT unnest(?::VARCHAR[]) AS of", [values])
    assert found.rising == {"key": rising(engine, "SELECT of FROM held WHERE of IS NOT NULL")}
    told = few_values(engine, "SELECT * FROM held", columns={"code": "of"})
    assert {code: few for code, few in found.values.items() if few} == told


@pytest.mark.parametrize(("many", "told"), [(255, 255), (256, 0), (300, 0)])
def test_codes_of_many_values_are_not_told(many, told):
    learning = Learning(Wanted(codes={"code": "of"}))
    for block in blocks_of([f"c{number}" for number in range(many)], [100, 200]):
        learning.join(learning.look(block))
    assert len(learning.learnt().values["code"]) == told


def test_a_key_and_codes_mapped_to_other_columns_are_learnt_by_their_own_names():
    source = Source(path="t.csv", columns={"txn_id": "id", "kind": "what"}, values={"channel": {"A": "app"}})
    wanted = csv_wanted(TABLES["transactions"], source=source)(["id", "what", "channel", "currency", "at"])
    assert wanted.keys == {"txn_id": "id"}
    assert wanted.codes == {"kind": "what", "currency": "currency"}


ROWS = [[f"t{number:03}", "c", "2024-01-05", "5", "recharge", ("A", "B")[number % 2]] for number in range(60)]


@pytest.mark.parametrize("settings", ["", 'ids = "hash"'])
@pytest.mark.parametrize(
    "change",
    [
        (),
        ((50, 0, "t000"),),
        ((50, 0, "t049 "),),
        ((50, 0, ""),),
        ((50, 5, " B"),),
        ((50, 5, ""),),
        ((0, 0, "z"), (50, 4, "gift")),
    ],
)
def test_a_load_that_learnt_is_one_that_asked_the_engine(tmp_path, load_table, monkeypatch, change, settings):
    rows = [list(row) for row in ROWS]
    for row, column, value in change:
        rows[row][column] = value
    text = io.StringIO()
    csv.writer(text).writerows([["txn_id", "customer_id", "at", "amount", "kind", "channel"], *rows])
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "t.csv").write_text(text.getvalue(), encoding="utf-8", newline="")
    monkeypatch.setattr(csv_blocks, "_BLOCK", 300)
    with monkeypatch.context() as patch:
        patch.setattr(stage, "rising", _never)
        patch.setattr(stage, "few_values", lambda *_, columns: _never() if columns else {})
        found = load_table("transactions", f'path = "raw/t.csv"\n{settings}').accepted
    shutil.rmtree(tmp_path / "prepared")
    monkeypatch.setattr(csv_blocks, "Learning", lambda _: Learning(Wanted()))
    asked = load_table("transactions", f'path = "raw/t.csv"\n{settings}').accepted
    assert found.accepted >= 58
    assert (found.contents, found.reasons) == (asked.contents, asked.reasons)


def _never(*_):
    raise AssertionError("the engine was asked for what is known")
