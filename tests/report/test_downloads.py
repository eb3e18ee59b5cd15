"""What a reader takes away: every table in three formats, every figure with its sentence, the same bytes."""

from __future__ import annotations

import re
import struct

import numpy as np
import pandas as pd
import pytest

from cxlab.report import verify_pages, write_pages
from cxlab.report.pictures import drawn_in, write_pictures
from cxlab.report.reading import read_page

DRAWN = {"churn.at_risk", "churn.left", "churn.left_change", "churn.left_by", "churn.retention"}


def size_of(png):
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", png[16:24])


def downloads_of(report, language):
    reading = read_page((report / language / "churn.html").read_text(encoding="utf-8"))
    links = [element.attributes for element in reading.of("a") if "download" in element.attributes]
    return [link["href"].removeprefix("../downloads/") for link in links]


def test_every_table_comes_in_three_formats_that_hold_the_same(report):
    names = {path.stem for path in (report / "downloads").glob("*.csv")}
    assert names == {path.stem for path in (report / "downloads").glob("*.parquet")}
    for name in names:
        told = pd.read_csv(report / "downloads" / f"{name}.csv")
        typed = pd.read_parquet(report / "downloads" / f"{name}.parquet")
        assert list(told.columns) == list(typed.columns)
        for column in ("estimate", "low", "high", "n"):
            assert pd.api.types.is_numeric_dtype(typed[column]), (name, column)
            np.testing.assert_allclose(told[column].astype(float), typed[column].astype(float))


def test_every_figure_of_a_page_comes_as_png_and_svg_in_its_language(report):
    for language in ("en", "vi"):
        links = downloads_of(report, language)
        assert {link.removesuffix(f".{language}.png") for link in links if link.endswith(".png")} == DRAWN
        assert [link.replace(".png", ".svg") for link in links if link.endswith(".png")] == [
            link for link in links if link.endswith(".svg")
        ]
        assert all((report / "downloads" / link).is_file() for link in links)
        other = {"en": "vi", "vi": "en"}[language]
        assert not [link for link in links if f".{other}." in link]


def test_a_table_that_is_shown_as_a_table_has_no_figure(report):
    page = (report / "en" / "tables.html").read_text(encoding="utf-8")
    assert "<figure>" not in page
    assert ".png" not in page


def test_a_picture_that_travels_has_its_sentence_a_margin_and_twice_the_size(report):
    svg = (report / "downloads" / "churn.left_by.en.svg").read_text(encoding="utf-8")
    sides = re.search(r'width="(\d+)" height="(\d+)" viewBox="-20 -20', svg).groups()
    width, height = (int(side) for side in sides)
    assert size_of((report / "downloads" / "churn.left_by.en.png").read_bytes()) == (2 * width, 2 * height)
    assert width == 720 + 40
    page = (report / "en" / "churn.html").read_text(encoding="utf-8")
    alone = int(re.search(r'<img src="[^"]*" alt="left by[^"]*" width="720" height="(\d+)"', page)[1])
    assert height > alone + 40
    assert 'aria-label="left by' in svg
    assert f'<rect x="-20" y="-20" width="{width}" height="{height}" fill="#ffffff"/>' in svg


def test_the_same_findings_give_the_same_bytes(make, study, tmp_path):
    found = make.churn_findings()
    for folder in ("a", "b"):
        write_pictures(found, drawn=DRAWN, study=study, to=tmp_path / folder)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert len(files) == 2 * 2 * len(DRAWN)
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in files)
    assert max(path.stat().st_size for path in (tmp_path / "a").iterdir()) < 200_000


def test_a_picture_that_says_the_same_in_two_languages_is_written_once(make, study, tmp_path, monkeypatch):
    from cxlab.report import pictures

    monkeypatch.setattr(pictures, "wording_of", lambda study, _, real=pictures.wording_of: real(study, "en"))
    names = write_pictures(make.churn_findings(), drawn={"churn.left_by"}, study=study, to=tmp_path)
    assert set(names.values()) == {"churn.left_by.en"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["churn.left_by.en.png", "churn.left_by.en.svg"]


def test_only_what_the_pages_draw_is_written(make, study):
    found = make.churn_findings()
    assert drawn_in({"churn": make.notebook(study, *found)}) == DRAWN
    assert drawn_in({"churn": make.notebook(study, *found, as_="table")}) == set()


def test_the_verifier_lets_a_picture_pass_and_nothing_that_runs(make, study, facts, tmp_path):
    found = make.churn_findings()
    write_pages({"churn": make.notebook(study, *found)}, found, study=study, facts=facts, to=tmp_path)
    assert verify_pages(tmp_path) == []
    bad = {
        "script.svg": "<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        "handler.svg": "<svg onload='x'></svg>",
        "entity.svg": "<svg ><!DOCTYPE x></svg>",
        "other.svg": "<html></html>",
        "page.xml": "<svg />",
    }
    for name, text in bad.items():
        (tmp_path / "downloads" / name).write_text(text)
    (tmp_path / "en" / "drawn.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'></svg>")
    told = {problem.partition(":")[0] for problem in verify_pages(tmp_path)}
    assert told == {*(f"downloads/{name}" for name in bad), "en/drawn.svg"}


@pytest.mark.parametrize("name", ["churn.left_by.csv", "churn.left_by.xlsx", "churn.left_by.parquet"])
def test_rows_of_too_few_lose_their_numbers_in_every_format(make, study, facts, tmp_path, name):
    few = make.finding("churn.left_by", table=make.plans([0.078, 0.121, 0.044], n=[5210, 4, 7]))
    write_pages({"churn": make.notebook(study, few)}, [few], study=study, facts=facts, to=tmp_path)
    path = tmp_path / "downloads" / name
    read = {"csv": pd.read_csv, "xlsx": pd.read_excel, "parquet": pd.read_parquet}[name.rpartition(".")[2]]
    table = read(path)
    assert table["estimate"].notna().tolist() == [True, False, False]
    assert table["plan"].tolist() == ["en90", "payg", "after"]
