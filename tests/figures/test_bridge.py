"""The small bridge of the leader's page: parts hang together, words are escaped, a phone gets its own layout."""

import re
from xml.etree import ElementTree

import pytest

from cxlab.figures.bridge import Step, bridge


def steps():
    return [
        Step(label="Q2", value="31", range="", start=31, end=31, tone="total"),
        Step(label="Én <90>", value="−6.2", range="(−9 to −3)", start=31, end=24.8, tone="worse"),
        Step(label="Others", value="−0.8", range="", start=24.8, end=24, tone="same"),
        Step(label="Q3", value="24", range="", start=24, end=24, tone="total"),
    ]


@pytest.mark.parametrize("width", [560, 328])
def test_a_bar_begins_where_the_one_before_ended(width):
    svg, height = bridge(steps(), width=width)
    root = ElementTree.fromstring(svg)
    bars = [element.attrib for element in root if element.tag.endswith("rect")]
    left, right = (float(bars[1]["x"]), float(bars[1]["x"]) + float(bars[1]["width"]))
    assert float(bars[0]["x"]) == pytest.approx(right, abs=0.2)
    dots = [float(element.attrib["cx"]) for element in root if element.tag.endswith("circle")]
    assert dots[0] == pytest.approx(float(bars[0]["x"]) + float(bars[0]["width"]), abs=0.2)
    assert dots[1] == pytest.approx(left, abs=0.2)
    assert root.attrib["height"] == str(height)


def test_words_are_escaped_and_every_number_is_written():
    svg, _ = bridge(steps(), width=560)
    assert "Én &lt;90&gt;" in svg
    assert re.findall(r"class='b'>([^<]+)<", svg) == ["31", "−6.2", "−0.8", "24"]
    assert "(−9 to −3)" in svg


def test_a_phone_has_the_words_above_the_bars():
    assert bridge(steps(), width=328)[1] > bridge(steps(), width=560)[1]
    assert 'text-anchor="end"' in bridge(steps(), width=328)[0]


def test_it_is_small():
    assert len(bridge(steps(), width=560)[0].encode()) < 3_000


def test_equal_numbers_can_be_drawn():
    same = [Step(label="a", value="0", range="", start=0, end=0, tone="total")] * 2
    ElementTree.fromstring(bridge(same, width=560)[0])


def test_a_bridge_needs_two_ends():
    with pytest.raises(ValueError, match=r"^a bridge goes from one total to another; got 1 rows$"):
        bridge(steps()[:1], width=560)
