"""An error in a notebook is a few lines that help; errors of the notebook's own code stay as Python shows them."""

from __future__ import annotations

from typing import Literal

import pytest

from cxlab.errors import DataError, UsageError
from cxlab.report.advice import advice_on, advise
from cxlab.report.reading import read_page


def advice(code, **names):
    """What is said of the error a cell's code raises."""
    notebook = {"UsageError": UsageError, "DataError": DataError, **names}
    try:
        exec(compile(code, "<cell>", "exec"), notebook)
    except Exception as error:
        return advice_on(error, error.__traceback__, notebook=notebook)
    raise AssertionError("the code raises nothing")


def test_what_was_needed_what_came_and_where_to_read():
    said = advice(
        "x = 1\nraise DataError('too many rows', ['contracts: 3%', 'texts: 4%'], see='data/README.md#x')"
    )
    assert said.text == "too many rows\n  - contracts: 3%\n  - texts: 4%\n  Read data/README.md#x\n  line 2: "
    assert [text.words for text in read_page(said.html).texts] == [
        "too many rows", "contracts: 3%", "texts: 4%", "Read", "data/README.md#x", "line 2:",
        "Nothing was recorded or changed.", "%tb", "in a new cell shows every call.",
    ]  # fmt: skip


def test_a_value_cxlab_refuses_is_advice_too():
    said = advice("from cxlab.quarter import Quarter\nQuarter.parse('2026Q5')")
    assert (said.message, said.place) == ("quarter must look like '2026Q3'; got '2026Q5'", "line 2: ")


@pytest.mark.parametrize(
    ("declared", "value", "said"),
    [
        (int, "12", "months needs int; got '12'"),
        (int, True, "months needs int; got True"),
        (float, "0,5", "months needs float; got '0,5'"),
        (str | None, 7, "months needs str | None; got 7"),
        (Literal["plan", "region"], "country", "months needs Literal['plan', 'region']; got 'country'"),
    ],
)
def test_a_parameter_of_the_wrong_type_is_named_whatever_it_broke(declared, value, said):
    found = advice("{}[months]", months=value, __annotations__={"months": declared})
    assert found.message == "A parameter of this notebook does not fit"
    assert found.problems == (said,)


@pytest.mark.parametrize(("declared", "value"), [(float, 12), (str | None, None), (Literal["a"], "a"), (int, 12)])
def test_parameters_that_fit_are_not_blamed(declared, value):
    assert advice("{}['x']", months=value, __annotations__={"months": declared, "gone": int}) is None


@pytest.mark.parametrize("code", ["int('x')", "'a' * 'b'", "1 / 0", "import pandas as pd; pd.Timestamp('x')"])
def test_errors_of_other_code_are_left_alone(code):
    assert advice(code) is None


def test_what_an_error_quotes_cannot_run():
    html = advice(
        "raise UsageError('<script>alert(1)</script>', ['<img src=x onerror=alert(2)>'], see='a\x1b[31m')"
    ).html
    assert {element.tag for element in read_page(html).elements} == {"div", "p", "b", "ul", "li", "code", "br"}
    assert "\x1b" not in html


def test_outside_of_a_notebook_nothing_is_changed(monkeypatch):
    monkeypatch.delenv("CXLAB_RUN", raising=False)
    assert advise() is None
