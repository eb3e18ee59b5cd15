"""Keys and tallies: numbers packed and unpacked, counts whatever the batches."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab.evidence import tally
from cxlab.evidence.bucket import bucket_in
from cxlab.evidence.keys import Keys, packed, packed_rows, stretches, unpacked, word_of
from cxlab.evidence.tally import Tally, tallied

NUMBERS = st.lists(st.integers(0, 9), max_size=12).map(lambda numbers: np.array(numbers, dtype=np.int64))


@settings(max_examples=40)
@given(batches=st.lists(NUMBERS, max_size=6), held=st.integers(1, 20))
def test_counts_are_those_of_all_batches_together(batches, held):
    counted = Tally(held=held)
    for batch in batches:
        counted.add(batch)
    counted.settle()
    numbers, counts = np.unique(np.concatenate([*batches, np.zeros(0, dtype=np.int64)]), return_counts=True)
    assert counted.numbers.tolist() == numbers.tolist()
    assert counted.counts.tolist() == counts.tolist()


def test_every_column_of_a_table_is_counted_in_one_reading(monkeypatch):
    monkeypatch.setattr(tally, "BATCH", 3)
    table = ibis.memtable({"a": [1, 1, 2, 2, 2, 3, 1], "b": [7, 7, 7, 7, 7, 7, 7]})

    def made(rows):
        assert len(rows["a"]) <= 3
        return {"a": rows["a"], "both": packed_rows([rows["b"], rows["a"]], (8, 4))}

    counted = tallied({"a": table.a, "b": table.b}, made, table)
    assert (counted["a"].numbers.tolist(), counted["a"].counts.tolist()) == ([1, 2, 3], [3, 3, 1])
    assert (counted["both"].numbers.tolist(), counted["both"].counts.tolist()) == ([29, 30, 31], [3, 3, 1])


def test_values_come_back_from_their_number_and_none_comes_last():
    rows = {"plan": ["b", None, "a", "b"], "size": [3, 1, 1, 2], "bucket": [39, 0, 5, 5]}
    table = ibis.memtable(pd.DataFrame(rows), schema={"plan": "string", "size": "int64", "bucket": "int32"})
    keys = Keys.of(table, ["plan", "size", "bucket"])
    numbers = table.select(number=packed(keys.places(table), keys.sizes)).to_pandas()["number"].to_numpy()
    found = keys.frame(unpacked(numbers, keys.sizes))
    pd.testing.assert_frame_equal(found, pd.DataFrame(rows).astype({"bucket": "int32"}))
    in_order = found.sort_values(["plan", "size", "bucket"], na_position="last")
    assert np.argsort(numbers).tolist() == in_order.index.tolist()


@given(days=st.lists(st.integers(-9, 30), max_size=20), edges=st.sets(st.integers(0, 20)))
def test_days_are_told_apart_by_the_edges_that_have_come(days, edges):
    edges = sorted(edges)
    found = stretches(edges)(np.array(days, dtype=np.int32))
    assert found.tolist() == [sum(day >= edge for edge in edges) for day in days]


@pytest.mark.parametrize("size", [2, 2**20, 2**40])
def test_numbers_packed_out_of_the_engine_are_those_packed_in_it(size):
    places = [np.array([0, 5, 250], dtype=np.uint8), np.array([1, 0, size - 1])]
    assert packed_rows(places, (251, size)).astype(np.int64).tolist() == [1, 5 * size, 251 * size - 1]


def test_a_word_has_its_place_among_some_and_none_at_all_comes_after_them():
    table = ibis.memtable({"cause": ["moved", "transfer", None, "left"]}, schema={"cause": "string"})
    found = table.select(place=word_of(table.cause, ["left", "transfer"])).to_pandas()["place"]
    assert found.tolist() == [0, 2, 3, 1]


def test_a_prepared_bucket_is_taken_as_it_is():
    table = ibis.memtable({"account_id": ["a1", "a2"], "bucket": [7, 8]})
    assert table.select(bucket=bucket_in(table)).to_pandas()["bucket"].tolist() == [7, 8]
    bare = table.drop("bucket")
    assert bare.select(bucket=bucket_in(bare)).to_pandas()["bucket"].tolist() == [13, 37]


def test_more_combinations_than_numbers_are_refused():
    with pytest.raises(
        ValueError, match=r"^too many combinations to count: columns of 4294967296, 4294967296 values$"
    ):
        packed([ibis.literal(0), ibis.literal(0)], [2**32, 2**32])
