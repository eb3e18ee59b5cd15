"""The ledger gives back what it was given, to the last bit, and says in words what it cannot read."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab import ledger
from cxlab.errors import DataError
from cxlab.finding import Check, Estimate, Finding, Label, Message, Withheld
from cxlab.quarter import Quarter

Q3 = Quarter(2026, 3)
finite = st.floats(allow_nan=False, allow_infinity=False, width=64)
texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
labels = st.builds(Label, of=texts, code=texts)
quarters = st.builds(Quarter, st.integers(1900, 2200), st.integers(1, 4), st.integers(1, 12))


@st.composite
def estimates(draw):
    low, value, high = sorted(draw(st.tuples(finite, finite, finite)))
    open_end = draw(st.sampled_from(["none", "low", "high"]))
    return Estimate(
        value=value,
        low=None if open_end == "low" else low,
        high=None if open_end == "high" else high,
        unit=draw(st.sampled_from(["share", "points", "amount", "months"])),
        n=draw(st.none() | st.integers(0, 10**12)),
        kind=draw(st.sampled_from(["confidence", "prediction"])),
        level=draw(st.floats(0.01, 0.99)),
    )


values = (
    texts
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False)
    | st.dates()
    | quarters
    | labels
    | estimates()
    | st.lists(labels, max_size=3).map(tuple)
)
messages = st.builds(Message, texts, st.dictionaries(texts, values, max_size=3))


@st.composite
def tables(draw):
    rows = draw(st.integers(0, 4))

    def column(cells):
        return st.lists(cells, min_size=rows, max_size=rows)

    number = st.floats(allow_infinity=True)
    return pd.DataFrame(
        {
            "plan": pd.Series(draw(column(texts | st.none())), dtype=object),
            "quarter": pd.Series(draw(column(quarters | st.dates() | labels)), dtype=object),
            "tenure_months": pd.Series(draw(column(st.integers(-(2**62), 2**62))), dtype="int64"),
            "maybe": pd.Series(draw(column(st.integers(0, 9) | st.none())), dtype="Int64"),
            "flag": pd.Series(draw(column(st.booleans())), dtype=bool),
            "band": pd.Categorical(draw(column(st.sampled_from(["a", "b"]))), categories=["b", "a"], ordered=True),
            "day": pd.to_datetime(
                pd.Series(draw(column(st.dates(date(1900, 1, 1), date(2200, 1, 1)))), dtype=object)
            ),
            "estimate": pd.Series(draw(column(number)), dtype=float),
            "low": pd.Series(draw(column(st.floats(width=32))), dtype="float32"),
            "high": pd.Series(draw(column(number)), dtype=float),
            "n": pd.Series(draw(column(st.integers(0, 2**31 - 1))), dtype="int32"),
        }
    )


findings = st.builds(
    Finding,
    name=texts.map(lambda text: f"churn.{text}"),
    about=quarters,
    definition=texts,
    headline=estimates() | messages.map(Withheld),
    message=messages,
    table=tables(),
    shape=st.sampled_from(["number", "curve", "flow"]),
    method=messages,
    checks=st.lists(
        st.builds(Check, name=texts, passed=st.none() | st.booleans(), message=messages), max_size=2
    ).map(tuple),
    replicates=st.none() | st.lists(st.floats(), max_size=40).map(lambda numbers: np.array(numbers, dtype=float)),
)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("ledger") / "findings.json"


def retention(**changes):
    frame = pd.DataFrame({"plan": ["en90"], "estimate": [0.9], "low": [0.8], "high": [math.nan], "n": [120]})
    parts = {
        "name": "churn.retention",
        "about": Q3,
        "definition": "0123456789ab",
        "headline": Estimate(value=0.9, low=0.8, high=None, unit="share", n=120),
        "message": Message("churn.retention", {"plan": Label(of="plan", code="en90"), "months": 12}),
        "table": frame,
        "shape": "curve",
        "method": Message("churn.retention.method"),
    }
    return Finding(**(parts | changes))


@settings(max_examples=60, deadline=None)
@given(findings)
def test_a_finding_comes_back_exactly(path, finding):
    ledger.write([finding], path, header={"quarter": "2026Q3"})
    (back,) = ledger.read(path).findings
    for part in ("name", "about", "definition", "headline", "message", "shape", "method", "checks"):
        assert getattr(back, part) == getattr(finding, part), part
    assert [type(value) for value in back.message.values.values()] == [
        type(finding.message.values[name]) for name in back.message.values
    ]
    pd.testing.assert_frame_equal(back.table, finding.table, check_exact=True)
    if finding.replicates is None:
        assert back.replicates is None
    else:
        np.testing.assert_array_equal(back.replicates, finding.replicates)
        assert back.replicates.dtype == finding.replicates.dtype


@settings(max_examples=20, deadline=None)
@given(findings)
def test_the_same_findings_give_the_same_bytes(path, finding):
    ledger.write([finding], path, header={"b": 1, "a": 2})
    first = path.read_bytes()
    ledger.write(ledger.read(path).findings, path, header={"a": 2, "b": 1})
    assert path.read_bytes() == first


def test_column_order_and_numpy_numbers_survive(path):
    frame = retention().table.assign(n=np.array([7], dtype="int64"))[["plan", "estimate", "low", "high", "n"]]
    message = Message("m", {"n": np.int64(3), "x": np.float64(0.5)})
    ledger.write([retention(table=frame, message=message)], path, header={})
    (back,) = ledger.read(path).findings
    assert list(back.table.columns) == ["plan", "estimate", "low", "high", "n"]
    assert back.message.values == {"n": 3, "x": 0.5}
    assert back.table["high"].isna().tolist() == [True]


def test_the_file_is_json_a_person_can_read(path):
    ledger.write([retention()], path, header={"quarter": "2026Q3"})
    text = path.read_text()
    assert json.loads(text)["schema_version"] == 1
    assert '{"label": ["plan", "en90"]}' in text
    assert "NaN" not in text
    assert max(map(len, text.splitlines())) <= 130
    assert [file.name for file in path.parent.iterdir()] == ["findings.json"]


def test_find_returns_the_finding_or_none(path):
    ledger.write([retention(), retention(name="churn.left")], path, header={})
    book = ledger.read(path)
    assert book.find("churn.left").name == "churn.left"
    assert book.find("nps.score") is None
    assert [finding.name for finding in book.findings] == ["churn.retention", "churn.left"]


def test_a_newer_schema_version_is_refused_in_words(path):
    path.write_text('{"schema_version": 2, "header": {}, "findings": []}')
    with pytest.raises(
        DataError, match=r"schema version 2; this cxlab reads 1 to 1: read it with the newer cxlab"
    ):
        ledger.read(path)


@pytest.mark.parametrize("text", ["", '{"schema_version": 1, "he', "[]", "{}"])
def test_a_file_cut_off_is_refused_in_words(path, text):
    path.write_text(text)
    with pytest.raises(DataError, match="is no whole findings file"):
        ledger.read(path)


def test_a_finding_of_unknown_make_is_refused(path):
    path.write_text('{"schema_version": 1, "header": {}, "findings": [{"name": "churn.left"}]}')
    with pytest.raises(DataError, match="holds a finding that cannot be read"):
        ledger.read(path)


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(DataError, match="run the quarter first"):
        ledger.read(tmp_path / "findings.json")


@pytest.mark.parametrize("value", [datetime(2026, 9, 30, tzinfo=UTC), {"a": 1}, ["x"], b"x", ("x",)])
def test_values_without_a_meaning_are_refused_and_the_old_file_stays(path, value):
    ledger.write([retention()], path, header={})
    before = path.read_bytes()
    with pytest.raises(TypeError, match="a finding holds text, numbers, dates, quarters, labels and estimates"):
        ledger.write([retention(message=Message("m", {"v": value}))], path, header={})
    assert path.read_bytes() == before


def test_two_findings_of_one_name_are_refused(path):
    with pytest.raises(ValueError, match=r"each finding once; twice here: churn\.retention"):
        ledger.write([retention(), retention()], path, header={})


def test_a_named_index_is_refused(path):
    with pytest.raises(ValueError, match="no named index"):
        ledger.write([retention(table=retention().table.set_index("plan"))], path, header={})


def test_a_failed_write_leaves_the_old_file_and_no_rubbish(tmp_path, monkeypatch):
    target = tmp_path / "findings.json"
    ledger.write([retention()], target, header={})
    before = target.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        ledger.write([], target, header={})
    assert target.read_bytes() == before
    assert list(tmp_path.iterdir()) == [target]
