"""The bucket prepared tables bring is the one evidence reckons, whoever the account is."""

from __future__ import annotations

import ibis
import pandas as pd

from cxlab.evidence import bucket as reckoned
from cxlab.tables.bucket import bucket_of


def test_tables_and_evidence_draw_the_same_buckets(engine):
    accounts = [*(f"a{number}" for number in range(2_000)), "", "Cánh Én", "response r1", "0" * 64]
    rows = ibis.memtable(pd.DataFrame({"account_id": accounts}))
    rows = rows.mutate(brought=bucket_of(rows["account_id"]), asked=reckoned.bucket_of(rows["account_id"]))
    found = engine.to_pandas(rows)
    assert found["brought"].tolist() == found["asked"].tolist()
    assert set(found["brought"]) == set(range(reckoned.BUCKETS))
    assert str(found["brought"].dtype) == "int32"
