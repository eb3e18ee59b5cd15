"""Days in blocks are the days made at once; what new rows do not reach is not made again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab.tables.blocks import blocks_of, stored_blocks
from cxlab.tables.cast import ENGINE_TYPES
from cxlab.tables.config import Rules
from cxlab.tables.customer_days import customer_days
from cxlab.tables.engine import connect, quote
from cxlab.tables.engine import name as quoted
from cxlab.tables.month_sums import read_sums, write_sums
from cxlab.tables.parts import in_part
from cxlab.tables.schema import TABLES

OPENS, CLOSE = date(2023, 1, 1), date(2024, 1, 1)
COLUMNS = ["customer_id", "day", "purchases", "amount", "other_amount"]


def accepted(rows, to, *, engine):
    """An accepted table of transactions, with what stands in its months."""
    frame = pd.DataFrame(
        [
            {"txn_id": f"t{n}", "customer_id": who, "at": at, "amount": amount, "kind": kind, "loaded_at": loaded}
            for n, (who, at, amount, kind, loaded) in enumerate(rows)
        ],
        columns=["txn_id", "customer_id", "at", "amount", "kind", "loaded_at"],
    ).astype({"amount": "int64", "at": "datetime64[us]", "loaded_at": "datetime64[us]"})
    engine.con.register("given", frame)
    typed = {column.name: ENGINE_TYPES[column.type] for column in TABLES["transactions"].columns}
    columns = ", ".join(
        f'CAST({quoted(name) if name in frame else "NULL"} AS {kind}) AS "{name}"' for name, kind in typed.items()
    )
    engine.con.execute(f"COPY (SELECT {columns} FROM given) TO {quote(str(to))}")
    write_sums(to, parts=1, dated_by="at", engine=engine)


def folded(file, to, *, engine, rules, as_of=date(2099, 1, 1), parts=2):
    """The days, part by part and block by block."""
    rows = engine.read_parquet(file)
    rows = rows.filter(
        (rows.loaded_at.isnull() | (rows.loaded_at < as_of + timedelta(days=1))) & (rows["at"] < CLOSE)
    )

    def of_part(part, since, until):
        mine = in_part(rows, part=part, parts=parts)
        mine = mine.filter((mine["at"] >= since) & (mine["at"] < until))
        return customer_days(mine, rules=rules)

    sums = read_sums(file, close=CLOSE, as_of=as_of, engine=engine)
    blocks = blocks_of(sums, parts=parts, reach=rules.refund_days, close=CLOSE, rules="")
    found = stored_blocks(
        of_part,
        blocks=blocks,
        reach=rules.refund_days,
        parts=parts,
        engine=engine,
        to=to,
        sort=("customer_id", "day"),
    )
    whole = customer_days(rows, rules=rules)
    return tuple(table.select(COLUMNS).order_by("customer_id", "day").to_pandas() for table in (found, whole))


def at(day):
    return datetime.fromisoformat(f"{day}T09:00:00")


moments = st.integers(0, 420).map(
    lambda day: datetime.combine(OPENS, datetime.min.time()) + timedelta(days=day, hours=9)
)
rows_of = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]), moments, st.integers(1, 9),
        st.sampled_from(["recharge", "recharge", "recurring", "refund"]),
        st.none() | st.sampled_from([at("2023-06-01"), at("2024-02-01")]),
    ),
    max_size=25,
)  # fmt: skip


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    return connect(time_zone="UTC", folder=tmp_path_factory.mktemp("engine"), threads=1)


@settings(max_examples=8, deadline=None)
@given(rows=rows_of, more=rows_of, reach=st.sampled_from([0, 30, 100]))
def test_folding_new_rows_in_gives_the_days_of_all_rows(rows, more, reach, engine, tmp_path_factory):
    folder, rules = tmp_path_factory.mktemp("days"), Rules(refund_days=reach)
    for number, known in enumerate((rows, rows + more)):
        accepted(known, folder / f"{number}.parquet", engine=engine)
        days, whole = folded(folder / f"{number}.parquet", folder / "days" / f"q-{number}.parquet",
                             engine=engine, rules=rules)  # fmt: skip
        pd.testing.assert_frame_equal(days, whole)
    then, whole_then = folded(folder / "1.parquet", folder / "days" / "q-then.parquet", engine=engine, rules=rules,
                              as_of=date(2023, 12, 31))  # fmt: skip
    pd.testing.assert_frame_equal(then, whole_then)


YEAR = [("a", at(f"2023-{month:02}-10"), 5, "recharge", None) for month in range(1, 13)]


def made_anew(engine, folder, more, *, name):
    """First days of the blocks that were made, not taken over."""
    accepted([*YEAR, *more], folder / f"{name}.parquet", engine=engine)
    days, whole = folded(folder / f"{name}.parquet", folder / "days" / f"q-{name}.parquet", engine=engine,
                         rules=Rules(refund_days=30), parts=1)  # fmt: skip
    pd.testing.assert_frame_equal(days, whole)
    files = sorted(Path(folder / "days" / f"q-{name}.parquet").rglob("*.parquet"))
    assert len(files) == 4
    return [file.name[:7] for file in files if file.stat().st_nlink == 1]


def test_only_the_blocks_new_rows_reach_are_made_anew(engine, tmp_path):
    everything = ["2023-01", "2023-04", "2023-07", "2023-10"]
    assert made_anew(engine, tmp_path, [], name="0") == everything
    assert made_anew(engine, tmp_path, [], name="same") == []
    late = [("a", at("2023-05-20"), 7, "recharge", at("2023-12-01"))]
    assert made_anew(engine, tmp_path, late, name="late") == ["2023-04"]
    # money given back in July may belong to a purchase of June
    back = [("a", at("2023-07-02"), 2, "refund", None)]
    assert made_anew(engine, tmp_path, back, name="back") == ["2023-04", "2023-07"]
    assert made_anew(engine, tmp_path, [*late, *back], name="both") == ["2023-04", "2023-07"]


def test_rows_of_nobody_give_a_table_without_rows(engine, tmp_path):
    accepted([], tmp_path / "none.parquet", engine=engine)
    days, whole = folded(tmp_path / "none.parquet", tmp_path / "days" / "q-none.parquet", engine=engine,
                         rules=Rules())  # fmt: skip
    assert len(days) == len(whole) == 0
    files = [str(file) for file in (tmp_path / "days").rglob("part=*/*.parquet")]
    assert len(files) == 2
    assert engine.read_parquet(files, hive_partitioning=False).schema()["part"].is_int32()


def test_a_damaged_block_is_made_anew_and_not_shared(engine, tmp_path):
    assert len(made_anew(engine, tmp_path, [], name="0")) == 4
    made_anew(engine, tmp_path, [], name="same")
    damaged = next((tmp_path / "days" / "q-0.parquet").rglob("2023-04-*.parquet"))
    damaged.write_bytes(damaged.read_bytes()[:-20])  # both tables have this file
    assert made_anew(engine, tmp_path, [], name="same") == ["2023-04"]
