"""What each shape adds: cells, checks, places of names, totals, scales."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon

from cxlab.figures import draw
from cxlab.figures.glyphs import text_width
from cxlab.figures.marks import WHISKER
from cxlab.figures.scatter import _Dot, _spots
from cxlab.figures.sheet import Words
from cxlab.figures.style import BETTER, PALE, WORSE
from cxlab.finding import Estimate, Message, Withheld
from cxlab.wording import Wording


def plain(picture):
    return picture.alt.replace("\u00a0", " ")


def lines(picture):
    return picture.figure.findobj(Line2D)


def words_in(picture):
    return [each.words.replace("\u00a0", " ") for each in picture.figure.findobj(Words)]


def filled(picture):
    """Colours of the areas of a picture."""
    return {to_hex(area.get_facecolor()) for area in picture.figure.findobj(Polygon)}


def intervals(picture):
    return list(picture.figure.findobj(lambda artist: artist.get_gid() == WHISKER))


@pytest.mark.parametrize("width_px", [720, 320])
@pytest.mark.parametrize(
    "shape",
    ["agreement", "bridge", "checks", "concentration", "cost", "curves", "forest", "journey", "nps_trend", "parts",
     "prices", "scatter", "score"],
)  # fmt: skip
def test_marks_and_words_stay_on_the_paper(shape, wording, width_px, made, events):
    picture = draw(made[shape](), wording=wording, events=events, width_px=width_px)
    for line in lines(picture):
        x, y = np.asarray(line.get_xdata(), dtype=float), np.asarray(line.get_ydata(), dtype=float)
        assert np.nanmin(x) >= 0
        assert np.nanmax(x) <= width_px
        assert np.nanmin(y) >= 0
        assert np.nanmax(y) <= picture.height_px
    for words in picture.figure.findobj(Words):
        x, y = words.place
        size = words.font.get_size_in_points()
        bold = "Semibold" in words.font.get_family()[0]
        assert x >= -1
        assert x + text_width(words.words, size, bold=bold) <= width_px + 1, words.words
        assert size * 0.6 <= y <= picture.height_px


def test_a_grid_says_every_cell_and_leaves_out_what_is_not_shown(english, made):
    asked = made["migration"]()
    few = replace(asked, table=asked.table.drop(index=[1, 6]))
    assert "Promoter, Promoter: 55% (53 to 57)" in plain(draw(few, wording=english))
    assert "Promoter, Passive:" not in plain(draw(few, wording=english))


def test_columns_of_a_grid_that_are_quarters_stand_in_their_order(english, made):
    asked = made["journey"]()
    turned = replace(asked, table=asked.table.iloc[::-1].reset_index(drop=True))
    words = words_in(draw(turned, wording=english))
    tops = [word for word in words if word in {"Q1", "Q2", "Q3", "Q4"}]
    assert tops == ["Q2", "Q3", "Q4", "Q1", "Q2", "Q3"]


def test_a_grid_that_is_too_wide_keeps_the_latest_quarters_and_says_so(english, made):
    stages = ["join", "use"]
    quarters = [f"{year}Q{quarter}" for year in range(2020, 2026) for quarter in range(1, 5)]
    table = pd.DataFrame(
        [(stage, quarter) for stage in stages for quarter in quarters], columns=["stage", "quarter"]
    )
    table = table.assign(estimate=3.5, low=3.3, high=3.7, n=100)
    picture = draw(replace(made["journey"](), table=table), wording=english, width_px=320)
    words = words_in(picture)
    assert "2020" not in words
    assert "2025" in words
    assert any("more in the table" in word for word in words)


def test_cells_of_a_cohort_that_lie_ahead_are_empty_and_only_hidden_ones_have_a_dot(english, made):
    about = made["journey"]().about
    rows = [(str(about - back), str(since)) for back in (3, 2, 1, 0) for since in range(back + 1)]
    table = pd.DataFrame(rows, columns=["quarter", "since"]).assign(estimate=0.5, low=0.4, high=0.6, n=90)
    words = words_in(draw(replace(made["journey"](), table=table), wording=english))
    assert "\u00b7" not in words
    assert "dot: not shown" not in " ".join(words)
    hidden = words_in(draw(replace(made["journey"](), table=table.drop(index=[1])), wording=english))
    assert hidden.count("\u00b7") == 1
    assert any("dot: not shown" in word for word in hidden)


def test_a_grid_needs_rows_and_columns(english, made):
    asked = made["migration"]()
    message = "^a grid has a column for its rows and one for its columns; nps.migration has from_grp$"
    with pytest.raises(ValueError, match=message):
        draw(replace(asked, table=asked.table.drop(columns="to_grp")), wording=english)


def test_a_real_change_of_a_cell_has_a_frame(english, made):
    asked = made["journey"]()
    calm = replace(asked, table=asked.table.assign(verdict="cannot_tell"))
    assert len(lines(draw(asked, wording=english))) > len(lines(draw(calm, wording=english))) == 0


def test_checks_say_their_outcome_with_a_word(wording, made):
    alt = plain(draw(made["checks"](), wording=wording))
    words = {
        "en": [
            "Lead: failed 8,000 (3,000 to 13,000)",
            "Placebo: passed",
            "Cells: not possible",
            "Strata: passed 93%",
        ],
        "vi": [
            "Lead: không đạt 8.000 (3.000 đến 13.000)",
            "Placebo: đạt",
            "Cells: chưa làm được",
            "Strata: đạt 93%",
        ],
    }
    assert [word for word in words[wording.language] if word not in alt] == []


@given(
    st.lists(st.tuples(st.floats(0.01, 0.3), st.floats(-80, 80)), min_size=2, max_size=14),
    st.sampled_from([320, 720]),
)
def test_names_of_dots_touch_no_other_name_and_no_dot(places, width_px):
    names = [f"theme number {place}" for place in range(len(places))]
    dots = [
        _Dot(name=name, x=40 + share * 900 * width_px / 720, y=170 - 2 * score, along=None, up=None, colour="")
        for name, (share, score) in zip(names, places, strict=True)
    ]
    spots = _spots(dots, (40, 0, width_px, 340), [])
    taken = [*spots, *(dot.box for dot in dots if spots)]
    for one, (left, top, right, bottom) in enumerate(spots):
        assert left >= 40
        assert right <= width_px
        assert min(top, 340 - bottom) >= 0
        for other, (a, b, c, d) in enumerate(taken):
            assert other == one or right <= a or left >= c or bottom <= b or top >= d


def test_dots_without_room_for_names_get_numbers_and_a_key(english, made):
    table = made["scatter"]().table.assign(
        share=0.1, share_low=0.09, share_high=0.11, estimate=5.0, low=4.0, high=6.0
    )
    picture = draw(replace(made["scatter"](), table=table), wording=english, width_px=320)
    words = " ".join(words_in(picture))
    assert "1 Price" in words


def test_a_scatter_needs_something_to_run_along(english, made):
    table = made["scatter"]().table.drop(columns=["share", "share_low", "share_high"])
    with pytest.raises(
        ValueError, match=r"^a scatter needs one of the columns share, ratio, amount, points, score, "
    ):
        draw(replace(made["scatter"](), table=table), wording=english)


def test_a_curve_needs_something_to_run_along(english, made):
    table = made["concentration"]().table.rename(columns={"customer_share": "part"})
    with pytest.raises(
        ValueError, match=r"^a curve runs along a column tenure_months or customer_share; clv.conc"
    ):
        draw(replace(made["concentration"](), table=table), wording=english)


def test_a_concentration_says_what_the_top_fifth_holds(wording, made):
    words = {"en": "the top 20% hold 47% (46 to 48)", "vi": "nhóm 20% đứng đầu nắm 47% (46 đến 48)"}
    assert words[wording.language] in plain(draw(made["concentration"](), wording=wording))


def test_parts_without_a_total_end_in_the_headline(english, made):
    asked = made["parts"]()
    parts = replace(asked, table=asked.table.iloc[:-1].drop(columns="total"))
    alt = plain(draw(parts, wording=english))
    assert "Mix: −0.3 (−0.9 to 0.3)" in alt
    assert "Together: −7 (−11 to −3)" in alt
    assert "Not explained" not in alt


def test_what_the_parts_leave_is_a_step_of_its_own(english, made):
    asked = made["parts"]()
    short = replace(asked, table=asked.table.drop(index=1).reset_index(drop=True))
    assert "Not explained: −2.1" in plain(draw(short, wording=english))


def test_a_funnel_tells_the_share_of_the_step_before(wording, made):
    picture = draw(made["funnel"](), wording=wording)
    words = words_in(picture)
    assert {"en": "34% of the step before", "vi": "34% của bước trước"}[wording.language] in words


def test_the_easy_answer_stands_beside_the_price(english, made):
    alt = plain(draw(made["prices"](), wording=english))
    assert "Detractor passive: 22,000 (17,000 to 28,000); compared directly: 88,000" in alt


def test_a_score_lies_on_its_own_scale(english, made):
    words = words_in(draw(made["score"](), wording=english))
    assert [word for word in words if word in {"0", "1", "2", "3", "4", "5", "6"}] == ["1", "2", "3", "4", "5"]


def test_a_rise_of_a_theme_is_neither_good_nor_bad_unless_its_table_says_so(english, made):
    asked = made["themes"]()
    told = replace(asked, table=asked.table.rename(columns={"gate": "more_is"}).assign(more_is="worse"))
    assert not {PALE[WORSE], PALE[BETTER]} & filled(draw(asked, wording=english))
    assert {PALE[WORSE], PALE[BETTER]} <= filled(draw(told, wording=english))


def test_what_is_needed_is_named_once_if_it_is_the_same_for_all(english, made):
    words = words_in(draw(made["agreement"](), wording=english))
    assert words.count("needed: 0.80") == 1


def test_what_was_counted_has_no_interval(english, made):
    asked = made["bars"]()
    counted = replace(asked, table=asked.table.assign(low=asked.table["estimate"], high=asked.table["estimate"]))
    picture = draw(counted, wording=english)
    assert intervals(picture) == []
    assert "Én 90: 7.8%, last quarter 6.6%;" in plain(picture)


def test_the_unit_of_a_table_may_be_told_by_the_table(made):
    asked = replace(
        made["money"](),
        headline=Withheld(Message("page.first_quarter")),
        message=Message("page.first_quarter"),
        table=pd.concat([pd.Series("amount", range(4), name="unit"), made["money"]().table], axis=1),
    )
    assert "96 m (87 to 105)" in plain(draw(asked, wording=Wording("en")))


def test_rows_in_a_rank_keep_it(english, made):
    asked = made["themes"]()
    turned = replace(asked, table=asked.table.iloc[::-1].reset_index(drop=True))
    assert draw(turned, wording=english).alt == draw(asked, wording=english).alt


def test_an_end_outside_the_plot_stays_inside(english, made):
    table = made["forest"]().table.assign(high=[1e6, np.nan, 1.08, 0.89, np.nan, 1.28])
    picture = draw(replace(made["forest"](), table=table), wording=english)
    assert max(np.nanmax(line.get_xdata()) for line in lines(picture)) <= picture.width_px


def test_estimates_of_a_mean_are_written_as_scores(wording, made):
    score = Estimate(value=2.9, low=2.7, high=3.1, unit="score")
    assert wording.number(score, "ci").replace("\u00a0", " ") in plain(draw(made["score"](), wording=wording))
