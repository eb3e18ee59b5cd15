"""The strip under a number: words above their marks, pushed apart where they would meet, never cut off."""

import re

import pytest

from cxlab.figures.strip import WIDTH, strip
from cxlab.finding import Estimate
from cxlab.wording import Wording


def words(last, target, language="vi"):
    number = Estimate(value=25, low=21, high=28, unit="points")
    before = Estimate(value=last, low=last, high=last, unit="points")
    svg, alt = strip(number, form="nps", wording=Wording(language), last=before, last_name="Quý II", target=target)
    found = re.findall(r'<text x="([\d.]+)" y="11" text-anchor="(\w+)">([^<]+)<', svg)
    return [(float(x), anchor, word) for x, anchor, word in found], alt


def test_words_far_apart_stand_above_their_marks():
    found, alt = words(22, 60)
    assert [anchor for _, anchor, _ in found] == ["middle", "middle"]
    assert "mục tiêu 60" in alt


@pytest.mark.parametrize(("last", "target"), [(30, 33), (33, 30), (30, 30)])
def test_words_that_would_meet_are_pushed_apart(last, target):
    found, _ = words(last, target)
    (left, first, _), (right, second, _) = found
    assert (first, second) == ("end", "start")
    assert right - left >= 4


def test_no_word_leaves_the_strip():
    for last, target in ((-60, 35), (35, 90)):
        for x, anchor, word in words(last, target)[0]:
            width = 5.7 * len(word)
            start = {"end": x - width, "middle": x - width / 2, "start": x}[anchor]
            assert start >= -1
            assert start + width <= WIDTH + 1
