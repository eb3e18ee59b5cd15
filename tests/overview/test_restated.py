"""Published numbers that are others by now: told where they were counted again in the same way, else not."""

import pytest

from cxlab.overview.restated import restated
from cxlab.wording import Wording

Q2, Q3 = "2026Q2", "2026Q3"


@pytest.fixture
def quarters(make, found):
    """Last quarter's ledger, and this run's with the quarters counted again."""
    this = make.study().quarter

    def counted(then=0.085, now=0.088, published=0.087, definition=None):
        headline = found["churn.left"]
        rows = [(Q2, then, then, then, 10_000), (Q3, now, now, now, 10_000)]
        trend = make.finding("churn.left_trend", headline.headline, rows=rows, columns=("quarter",), shape="trend")
        share = make.estimate(published, published, published, "share", 10_000)
        last = make.replace(headline, about=this - 1, headline=share, definition=definition or headline.definition)
        return {"churn.left": last}, {"churn.left": headline, "churn.left_trend": trend}

    return counted


def told(last, found, make, language="en"):
    wording = Wording(language, labels=make.study().config.labels)
    return [wording.say(one).replace("\u00a0", " ") for one in restated(last, found, quarter=make.study().quarter)]


def test_a_number_that_changed_is_told_as_published_and_as_known_now(make, quarters):
    assert told(*quarters(now=quarters()[1]["churn.left"].headline.value), make) == [
        "Restated: the share that left of Q2 2026 was published as 8.7%; with the data known now it is 8.5%."
    ]


def test_it_is_told_in_vietnamese(make, quarters):
    (said,) = told(*quarters(now=quarters()[1]["churn.left"].headline.value), make, "vi")
    assert said == ("Điều chỉnh: tỷ lệ rời mạng quý II/2026 đã công bố là 8,7%; theo số liệu đến nay là 8,5%.")


@pytest.mark.parametrize(
    "changed", [{"published": 0.0851}, {"definition": "another"}, {"now": 0.05}], ids=["same", "definition", "way"]
)
def test_nothing_is_told_where_nothing_was_restated(make, quarters, changed):
    as_counted = {"now": quarters()[1]["churn.left"].headline.value}
    assert told(*quarters(**(as_counted | changed)), make) == []


def test_without_a_published_quarter_nothing_is_told(make, found):
    assert told({}, found, make) == []
