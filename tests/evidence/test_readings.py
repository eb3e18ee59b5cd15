"""Acts of coding turned into readings."""

import numpy as np
import pandas as pd
import pytest

from cxlab.evidence.readings import readings

BOOK = pd.DataFrame({"code_id": ["price", "app"], "version": [1, 1], "replaced_by": [None, None]})


USUAL = {"origin": "human", "sample_design": "random:2026Q3", "undoes": "", "codebook_version": 1, "value": True}


def acts(*rows):
    """Acts as (event, text, coder, code[, other columns])."""
    made = []
    for place, (event, text, coder, code, *other) in enumerate(rows):
        named = {"event_id": event, "verbatim_id": text, "coder_id": coder, "code_id": code, "at": place}
        made.append({**USUAL, **named, **(other[0] if other else {})})
    return pd.DataFrame(made)


def found(codings, *, text, coder, code, codebook=BOOK):
    read = readings(codings, codebook=codebook)
    return int(read.found[read.texts.index(text), read.coders.index(coder), read.codes.index(code)])


def test_what_was_read_and_not_found_is_a_no_and_what_was_not_read_is_neither():
    codings = acts(("e1", "t1", "A", "price"), ("e2", "t1", "B", ""), ("e3", "t2", "A", "none"))
    assert found(codings, text="t1", coder="A", code="price") == 1
    assert found(codings, text="t1", coder="A", code="app") == 0
    assert found(codings, text="t1", coder="B", code="price") == 0
    assert found(codings, text="t2", coder="A", code="app") == 0
    assert found(codings, text="t2", coder="B", code="app") == -1


def test_an_act_taken_back_never_was():
    codings = acts(
        ("e1", "t1", "A", "price"), ("e2", "t1", "A", "app"), ("e3", "t1", "A", "price", {"undoes": "e1"}),
        ("e4", "t2", "A", "price"), ("e5", "t2", "A", "price", {"undoes": "e4"}),
    )  # fmt: skip
    assert found(codings, text="t1", coder="A", code="price") == 0
    assert readings(codings, codebook=BOOK).texts == ("t1",)  # of t2 nothing stands


def test_taking_back_the_taking_back_restores_the_act():
    codings = acts(
        ("e1", "t1", "A", "price"),
        ("e2", "t1", "A", "", {"undoes": "e1"}),
        ("e3", "t1", "A", "", {"undoes": "e2"}),
    )
    assert found(codings, text="t1", coder="A", code="price") == 1


def test_only_people_reading_a_random_sample_count():
    codings = acts(
        ("e1", "t1", "A", "price"), ("e2", "t2", "A", "price", {"sample_design": "targeted"}),
        ("e3", "t3", "M", "price", {"origin": "model"}), ("e4", "t4", "A", "price", {"sample_design": None}),
        ("e5", "t5", "A", "app", {"sample_design": "census"}),
    )  # fmt: skip
    read = readings(codings, codebook=BOOK)
    assert read.texts == ("t1", "t5")
    assert read.coders == ("A",)
    assert read.barred == 3


def test_a_code_that_came_later_was_not_looked_for_before():
    later = pd.DataFrame({"code_id": ["price", "esim"], "version": [1, 2]})
    codings = acts(("e1", "t1", "A", "price"), ("e2", "t2", "A", "esim", {"codebook_version": 2}))
    assert found(codings, text="t1", coder="A", code="esim", codebook=later) == -1
    assert found(codings, text="t2", coder="A", code="esim", codebook=later) == 1
    assert found(codings, text="t2", coder="A", code="price", codebook=later) == 0


def test_a_code_replaced_is_read_as_what_replaced_it():
    book = pd.DataFrame({"code_id": ["cost", "price"], "version": [1, 1], "replaced_by": ["price", None]})
    codings = acts(("e1", "t1", "A", "cost"))
    assert readings(codings, codebook=book).codes == ("price",)
    assert found(codings, text="t1", coder="A", code="price", codebook=book) == 1


def test_a_written_no_is_a_no():
    codings = acts(("e1", "t1", "A", "price", {"value": False}))
    assert found(codings, text="t1", coder="A", code="price") == 0


def test_the_tone_of_what_was_said_is_kept():
    codings = acts(
        ("e1", "t1", "A", "price", {"polarity": "negative"}), ("e2", "t1", "B", "price", {"polarity": "negative"})
    )
    read = readings(codings, codebook=BOOK)
    assert read.tone[0, read.codes.index("price")] == -2


def test_the_order_of_acts_of_different_texts_does_not_matter():
    codings = acts(("e1", "t1", "A", "price"), ("e2", "t2", "B", "app"), ("e3", "t2", "A", ""))
    one, two = readings(codings, codebook=BOOK), readings(codings.iloc[::-1], codebook=BOOK)
    assert (one.texts, one.coders, one.codes) == (two.texts, two.coders, two.codes)
    np.testing.assert_array_equal(one.found, two.found)


def test_no_codings_are_no_readings():
    read = readings(acts(("e1", "t1", "A", "price"))[:0], codebook=BOOK[:0])
    assert read.found.shape == (0, 0, 0)


def test_codings_without_their_columns_are_refused():
    with pytest.raises(
        ValueError, match=r"codings need event_id, verbatim_id, code_id, coder_id; coder_id not among"
    ):
        readings(acts(("e1", "t1", "A", "price")).drop(columns="coder_id"), codebook=BOOK)
