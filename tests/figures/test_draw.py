"""What every picture must keep, whatever its shape."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from cxlab.figures import draw
from cxlab.figures.draw import LARGEST, LONGEST_ALT
from cxlab.figures.marks import WHISKER
from cxlab.finding import Estimate, Message, Withheld
from cxlab.wording import Wording

SHAPES = (
    "agreement", "bars", "bridge", "changes", "checks", "concentration", "cost", "curve", "curves", "flow",
    "forest", "funnel", "journey", "migration", "money", "nps", "nps_trend", "parts", "prices", "scatter",
    "score", "themes", "trend",
)  # fmt: skip
LINES = ("concentration", "curve", "curves", "nps_trend", "trend")
IN_WORDS = ("checks", "funnel", "flow", "journey", "migration")
PLANS = ("payg", "en90", "en120", "sau150")

WITH_INTERVALS = [shape for shape in SHAPES if shape not in IN_WORDS]
"""Cells and checks have their intervals in words; the steps of the flow and the funnel are counted."""


@pytest.fixture
def drawn(made, events):
    def draw_it(shape, wording, **kwargs):
        return draw(made[shape](), wording=wording, events=events, **kwargs)

    return draw_it


def ends_of(table):
    return [column for column in table if column in ("low", "high") or column.endswith(("_low", "_high"))]


def intervals(picture):
    return list(picture.figure.findobj(lambda artist: artist.get_gid() == WHISKER))


@pytest.mark.parametrize("width_px", [720, 360])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_small_and_well_formed(shape, wording, width_px, drawn):
    picture = drawn(shape, wording, width_px=width_px)
    root = ElementTree.fromstring(picture.svg)
    assert len(picture.svg.encode()) <= LARGEST
    assert root.get("width") == str(width_px) == str(picture.width_px)
    assert (root.get("height"), root.get("role")) == (str(picture.height_px), "img")
    assert root.get("aria-label") == picture.alt


@pytest.mark.parametrize("shape", SHAPES)
def test_a_picture_refers_to_nothing_outside_and_to_everything_it_names(shape, english, drawn):
    svg = drawn(shape, english).svg
    named = re.findall(r' id="([^"]+)"', svg)
    used = set(re.findall(r'href="#([^"]+)"', svg)) | set(re.findall(r"url\(#([^)]+)\)", svg))
    assert len(named) == len(set(named))
    assert set(named) == used
    assert not re.search(
        r"<(text|script|style|image|foreignObject|metadata|!--)|https?://(?!www\.w3\.org/2000/svg)", svg
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_finding_gives_the_same_bytes(shape, wording, drawn):
    first, second = drawn(shape, wording), drawn(shape, wording)
    assert (first.svg, first.alt, first.png()) == (second.svg, second.alt, second.png())


@pytest.mark.parametrize("shape", SHAPES)
def test_the_table_is_only_read(shape, english, made, events):
    asked = made[shape]()
    before = asked.table.copy(deep=True)
    draw(asked, wording=english, events=events, target=0.1)
    pd.testing.assert_frame_equal(asked.table, before)


@pytest.mark.parametrize("shape", WITH_INTERVALS)
def test_intervals_are_drawn(shape, english, drawn, made):
    picture = drawn(shape, english)
    table = made[shape]().table
    expected = len(table.dropna(subset=["low", "high"])) if shape not in LINES else 1
    assert len(intervals(picture)) >= expected


def test_the_alternative_text_holds_sentence_and_numbers(wording, made):
    picture = draw(made["bars"](), wording=wording)
    assert picture.alt.startswith(wording.say(made["bars"]().message))
    for number in made["bars"]().table[["estimate", "low", "high"]].to_numpy().ravel():
        assert (
            wording.number(Estimate(value=number, low=number, high=number, unit="share"), "digits") in picture.alt
        )


@pytest.mark.parametrize("shape", SHAPES)
def test_the_alternative_text_is_short_and_says_more_than_that_there_is_a_figure(shape, wording, drawn):
    alt = drawn(shape, wording).alt
    assert 60 <= len(alt) <= LONGEST_ALT
    assert not re.match(r"(figure|image|chart|hình|biểu đồ)\b", alt, re.IGNORECASE)
    assert not re.search(r"-\d|\bnan\b|None", alt)
    assert wording.language == "en" or not re.search(r"\d\.\d(?!\d\d)", alt)


def test_an_alternative_text_that_has_no_room_says_how_many_are_left_out(english, made):
    table = pd.concat([made["bars"]().table] * 8, ignore_index=True)
    alt = draw(replace(made["bars"](), table=table), wording=english).alt
    assert len(alt) <= LONGEST_ALT
    assert re.search(r"and \d+ more\.$", alt)


HOSTILE = [
    "<script>alert(1)</script>",
    '" onload="alert(1)',
    "a & b < c > d 'e' \"f\"",
    "$x^2$ \\frac{1}{2}",
    "-->",
    "{0.__class__}",
    "Đườngdâytổngđàichămsóckháchhàngkhôngcókhoảngtrắng" * 4,
    "rất dài " * 60,
]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize(("shape", "width_px"), [("bars", 720), ("curves", 360), ("forest", 720), ("money", 360)])
def test_hostile_names_stay_names(name, shape, width_px, made):
    labels = {"plan": {code: {"en": name} for code in PLANS}}
    picture = draw(made[shape](), wording=Wording("en", labels), width_px=width_px)
    root = ElementTree.fromstring(picture.svg)
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {
        "svg",
        "defs",
        "circle",
        "path",
        "g",
        "use",
    }
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]
    assert len(picture.svg.encode()) <= LARGEST
    assert len(picture.alt) <= LONGEST_ALT


@pytest.mark.parametrize("shape", SHAPES)
def test_one_row_is_enough(shape, english, made):
    asked = made[shape]()
    one = replace(asked, table=asked.table.head(1).reset_index(drop=True))
    assert ElementTree.fromstring(draw(one, wording=english).svg) is not None


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape not in ("forest", "prices")])
def test_equal_numbers_can_be_drawn(shape, value, english, made):
    asked = made[shape]()
    flat = replace(asked, table=asked.table.assign(estimate=value, low=value, high=value))
    assert ElementTree.fromstring(draw(flat, wording=english, target=value).svg) is not None


@pytest.mark.parametrize("shape", SHAPES)
def test_a_missing_interval_is_not_invented(shape, english, made):
    asked = made[shape]()
    bare = replace(asked, table=asked.table.assign(**dict.fromkeys(ends_of(asked.table), np.nan)))
    picture = draw(bare, wording=english)
    if shape not in LINES:
        assert intervals(picture) == []
    assert (
        " to " not in picture.alt.removeprefix(english.say(bare.message)).partition("before")[0].partition(": ")[2]
    )


def test_an_open_end_runs_to_the_edge(english, made):
    table = made["bars"]().table.assign(high=np.nan)
    picture = draw(replace(made["bars"](), table=table), wording=english)
    reached = {float(max(line.get_xdata())) for line in intervals(picture)}
    assert len(reached) == 1
    assert reached.pop() > 0.5 * picture.width_px
    assert "at least" in picture.alt


def test_many_rows_are_drawn_with_fewer_words(wording, made):
    table = pd.concat([made["forest"]().table] * 4, ignore_index=True)
    table["code"] = [f"nhóm khách hàng thứ {place}" for place in range(len(table))]
    picture = draw(replace(made["forest"](), table=table), wording=wording)
    assert len(picture.svg.encode()) <= 1.15 * LARGEST
    assert len(intervals(picture)) == 16


def test_png_is_twice_the_size(english, made):
    picture = draw(made["bars"](), wording=english)
    header = picture.png()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(header[16:20]), int.from_bytes(header[20:24])) == (1440, 2 * picture.height_px)


def test_a_title_is_the_sentence_and_takes_room(english, made):
    assert (
        draw(made["bars"](), wording=english, titled=True).height_px
        > draw(made["bars"](), wording=english).height_px
    )


@pytest.mark.parametrize("shape", ["density", "number"])
def test_a_shape_nobody_draws_is_named(shape, english, made):
    asked = replace(made["bars"](), shape=shape)
    message = (
        f"the shape '{shape}' of churn.left_by is not drawn; shapes that are: "
        "bars, curve, flow, forest, grid, scatter, trend"
    )
    with pytest.raises(ValueError, match=f"^{message}$"):
        draw(asked, wording=english)


def test_an_empty_table_is_refused(english, made):
    with pytest.raises(ValueError, match=r"^churn.left_by has no rows to draw$"):
        draw(replace(made["bars"](), table=made["bars"]().table.head(0)), wording=english)


def test_a_row_without_an_estimate_is_refused(english, made):
    table = made["bars"]().table.assign(estimate=[0.1, np.nan, 0.2, 0.3])
    with pytest.raises(ValueError, match="every row of a finding's table has an estimate"):
        draw(replace(made["bars"](), table=table), wording=english)


def test_more_lines_than_can_be_told_apart_are_refused(english, made):
    with pytest.raises(ValueError, match=r"^at most 6 lines can be told apart in one picture; got 7$"):
        draw(made["curve"]([f"plan{i}" for i in range(7)]), wording=english)


def test_a_withheld_headline_does_not_stop_the_picture(english, made):
    asked = replace(
        made["bars"](), headline=Withheld(Message("page.first_quarter")), message=Message("page.first_quarter")
    )
    assert "7.8%" in draw(asked, wording=english).alt


def test_every_letter_of_vietnamese_has_a_glyph(made):
    letters = "aăâeêioôơuưyđAĂÂEÊIOÔƠUƯYĐ"
    marks = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
    words = " ".join(letter + mark for letter in letters for mark in marks) + " − × → ← ≥ ≤ ₫ … · – “ ”"
    labels = {"plan": {code: {"vi": words[place * 60 : place * 60 + 60]} for place, code in enumerate(PLANS)}}
    # a missing glyph is a warning, and warnings are errors
    assert draw(made["bars"](), wording=Wording("vi", labels)).svg


def test_parts_of_a_bridge_say_their_direction(wording, made):
    alt = draw(made["bridge"](), wording=wording).alt.replace("\u00a0", " ")
    rise, fall = {"en": ("+1.05 bn", "−710 m"), "vi": ("+1,05 tỷ", "−710 triệu")}[wording.language]
    assert rise in alt
    assert fall in alt


def test_labels_of_the_study_are_used(wording, made, labels):
    alt = draw(made["bars"](), wording=wording).alt
    assert labels["plan"]["payg"][wording.language] in alt


def test_a_finding_of_another_question_is_drawn_by_its_shape_alone(english, made):
    table = pd.DataFrame({"theme": ["price"], "estimate": [0.19], "low": [0.16], "high": [0.22], "n": [1640]})
    asked = made["finding"]("voc.unheard_of", "bars", table, made["bars"]().headline)
    assert "Value of each group: Price: 19% (16 to 22)" in draw(asked, wording=english).alt.replace("\u00a0", " ")
