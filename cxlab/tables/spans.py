"""Spans of codings against their texts: a coding says where and by a hash what, never the words themselves."""

from __future__ import annotations

from collections.abc import Mapping

import ibis.expr.types as ir


def misplaced_spans(tables: Mapping[str, ir.Table]) -> tuple[int, int]:
    """Count the spans that do not fit the text they stand in, and all that could be compared.

    Parameters
    ----------
    tables : mapping of str to Table
        Contract tables as known; ``span_start`` and ``span_end`` count characters, ``span_hash`` is the first 16
        hex digits of the sha-256 of what stands between.
    """
    if not {"codings", "verbatims"} <= set(tables):
        return 0, 0
    codings, texts = tables["codings"], tables["verbatims"]
    spans = codings.select("verbatim_id", "span_start", "span_end", "span_hash").drop_null()
    rows = spans.inner_join(texts.select("verbatim_id", "text"), "verbatim_id")
    between = rows["text"].substr(rows["span_start"], rows["span_end"] - rows["span_start"])
    differs = between.hexdigest("sha256").substr(0, 16) != rows["span_hash"]
    counted = rows.aggregate(wrong=differs.cast("int64").sum().fill_null(0), total=rows.count()).to_pyarrow()
    found = counted.to_pylist()[0]
    return int(found["wrong"]), int(found["total"])
