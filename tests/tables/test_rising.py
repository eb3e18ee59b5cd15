"""Keys in order: what is told without looking each one up is what looking up would tell."""

from __future__ import annotations

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlab.tables import rising as module
from cxlab.tables.engine import connect
from cxlab.tables.rising import Rising, apart, rising

from .conftest import write_text

VISIBLE = string.digits + string.ascii_letters + string.punctuation
KEYS = st.lists(st.text(alphabet=st.sampled_from("ab19~! \t\x7fé中"), max_size=3), max_size=6)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    return connect(time_zone="Asia/Ho_Chi_Minh", folder=tmp_path_factory.mktemp("engine"), threads=1)


@pytest.mark.parametrize("at_once", [1, 2, 1_000])
@given(keys=KEYS)
def test_keys_rise_if_each_is_greater_than_the_one_before(engine, at_once, keys):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_AT_ONCE", at_once)
        engine.con.execute("CREATE OR REPLACE TEMP TABLE keys AS SELECT unnest(?::VARCHAR[]) AS key", [keys])
        found = rising(engine, "SELECT key FROM keys")
    if keys != sorted(set(keys)):
        assert found is None
    else:
        plain = all(key and set(key) <= set(VISIBLE) for key in keys)
        ends = {"first": keys[0], "last": keys[-1]} if keys else {"first": None, "last": None}
        assert found == Rising(plain=plain, **ends)


def test_keys_that_are_no_texts_may_rise_too(engine):
    assert rising(engine, "SELECT unnest([1, 2, 5])") == Rising(first=1, last=5, plain=False)
    assert rising(engine, "SELECT unnest([1, 2, 2])") is None


def test_keys_of_which_some_are_hashed_are_never_apart():
    raw = Rising(first="k1", last="k2", plain=True)
    hashed = Rising(first="k3", last="k4", plain=True, hashed=True)
    assert not apart([raw, hashed])
    assert apart([replace(raw, hashed=True), hashed])


@given(sources=st.lists(st.one_of(st.none(), st.lists(st.integers(0, 30), max_size=4)), max_size=4))
def test_keys_of_several_sources_are_apart_only_if_none_is_met_twice(sources):
    found = [
        None if keys is None else Rising(first=min(keys, default=None), last=max(keys, default=None), plain=True)
        for keys in sources
    ]
    if apart(found):
        met = [key for keys in sources for key in set(keys)]
        assert len(met) == len(set(met))
    assert not (apart(found) and None in sources)


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0", ""])
def test_keys_that_differ_by_a_blank_are_one_key(tmp_path, load_table, blank):
    write_text(tmp_path, "c.csv", f"contract_id,customer_id,start\nk1,c,2024-01-01\nk1{blank},c,2024-01-02\n")
    found = load_table("contracts", 'path = "raw/c.csv"')
    assert (found.rows["contract_id"].tolist(), found.accepted.reasons) == (["k1"], {"duplicate_key": 1})


@pytest.mark.parametrize(("others", "twice"), [(["k3", "k4"], 0), (["k2", "k3"], 1), (["k0", "k9"], 0)])
def test_keys_are_compared_across_sources(tmp_path, load_table, others, twice):
    for file, keys in (("a", ["k1", "k2"]), ("b", others)):
        rows = "".join(f"{key},c,2024-01-01\n" for key in keys)
        write_text(tmp_path, f"{file}.csv", f"contract_id,customer_id,start\n{rows}")
    more = '[sources.more]\ntable = "contracts"\npath = "raw/b.csv"'
    found = load_table("contracts", 'path = "raw/a.csv"', others=more)
    assert found.accepted.accepted == 4 - twice
    assert found.accepted.reasons == ({"duplicate_key": 1} if twice else {})


@pytest.mark.parametrize("hashed", ["", 'ids = "hash"'])
@pytest.mark.parametrize("bad", ["", "k8,,2024-01-01\n", "k1,c,2024-01-09\n"])
def test_the_order_of_keys_changes_no_row(tmp_path, load_table, hashed, bad):
    lines = [f"k{number},c{number},2024-01-0{number}\n" for number in range(1, 8)]
    found = []
    for way in (1, -1):
        write_text(tmp_path, "c.csv", f"contract_id,customer_id,start\n{''.join(lines[::way])}{bad}")
        found.append(load_table("contracts", f'path = "raw/c.csv"\n{hashed}').accepted)
    assert found[0].accepted == 7
    assert (found[0].contents, found[0].reasons) == (found[1].contents, found[1].reasons)


def test_hashed_keys_in_order_are_compared_with_pseudonyms_of_another_source(tmp_path, load_table):
    head = "contract_id,customer_id,start\n"
    write_text(tmp_path, "a.csv", f"{head}k1,c,2024-01-01\nk2,c,2024-01-01\n")
    settings = 'path = "raw/a.csv"\nids = "hash"'
    first, second = load_table("contracts", settings).rows.sort_values("contract_id")["contract_id"]
    write_text(tmp_path, "b.csv", f"{head}{first},c,2024-01-01\n")
    more = '[sources.more]\ntable = "contracts"\npath = "raw/b.csv"'
    found = load_table("contracts", settings, others=more)
    assert found.accepted.reasons == {"duplicate_key": 1}
    assert sorted(found.rows["contract_id"]) == [first, second]
