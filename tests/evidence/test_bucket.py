"""Buckets: the same on every machine, even, and whole accounts together."""

from __future__ import annotations

import hashlib

import ibis
import numpy as np
import pytest

from cxlab.evidence.bucket import BUCKETS, KEY, bucket_of


def bucket_by_hand(account: str) -> int:
    return int(hashlib.md5((KEY + account).encode()).hexdigest()[:4], 16) % BUCKETS


@pytest.fixture(scope="module")
def found():
    accounts = [f"a{number}" for number in range(4000)] + ["", "Đặng", "x'y", "🙂"]
    table = ibis.memtable({"account_id": accounts})
    return table.mutate(bucket=bucket_of(table.account_id)).to_pandas()


def test_the_engine_gives_what_md5_gives(found):
    assert found["bucket"].tolist() == [bucket_by_hand(account) for account in found["account_id"]]


def test_accounts_spread_evenly(found):
    sizes = np.bincount(found["bucket"], minlength=BUCKETS)
    assert len(sizes) == BUCKETS
    assert ((sizes - 100) ** 2 / 100).sum() < 80  # chi-square with 39 degrees, p about .0001


def test_known_buckets_never_move():
    assert [bucket_by_hand(account) for account in ("a1", "a2", "a3")] == [13, 37, 37]
