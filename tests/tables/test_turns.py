"""Turns: of many who need the same thing at once, one makes it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import ibis

from cxlab.tables.engine import connect
from cxlab.tables.stored import stored, stored_parts


def numbers(count):
    return ibis.range(0, count).unnest().name("number").as_table()


def test_of_many_at_once_one_makes_the_table(tmp_path):
    made, together = [], Barrier(4)

    def rows():
        made.append(1)
        return numbers(2)

    def ask(number):
        engine = connect(time_zone="UTC", folder=tmp_path / f"engine-{number}", memory="200MB", threads=1)
        together.wait()
        table = stored(rows, engine=engine, to=tmp_path / "t.parquet", sort=("number",))
        found = table.count().execute()
        engine.disconnect()
        return found

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(ask, range(4))) == [2] * 4
    assert made == [1]


def test_parts_that_are_not_all_there_are_made_anew(tmp_path):
    made = []

    def rows(part):
        made.append(part)
        return numbers(1 + part)

    engine = connect(time_zone="UTC", folder=tmp_path / "engine", memory="200MB", threads=1)
    to = tmp_path / "t.parquet"
    for _ in range(2):
        table = stored_parts(rows, parts=2, engine=engine, to=to, sort=("number",))
        assert sorted(table.to_pandas()["number"]) == [0, 0, 1]
    assert made == [0, 1]
    next(to.glob("part=1/*")).unlink()
    table = stored_parts(rows, parts=2, engine=engine, to=to, sort=("number",))
    assert table.filter(table["part"] == 1).to_pandas()["number"].tolist() == [0, 1]
    assert made == [0, 1, 0, 1]
    engine.disconnect()
