"""The one file as it comes out of a mail: opened alone in a real browser, every link followed."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from cxlab.report.edition import write_edition

_spec = importlib.util.spec_from_file_location("opened_pages", Path(__file__).with_name("test_browser.py"))
opened_pages = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(opened_pages)

browser, axe = opened_pages.browser, opened_pages.axe
pytestmark = pytest.mark.browser

FOLLOW = """() => [...document.querySelectorAll('a[href]')].map(link => {
  location.hash = link.getAttribute('href');
  const target = document.querySelector(':target');
  return [link.getAttribute('href'), target ? '#' + target.id : 'nowhere'];
})"""


@pytest.fixture(params=["en", "vi"])
def alone(request, report, tmp_path):
    """The file in a folder with nothing else."""
    made = write_edition(report, language=request.param, to=tmp_path / "made" / "cx.html")
    (tmp_path / "alone").mkdir()
    return Path(shutil.move(made, tmp_path / "alone" / "attachment.html"))


def test_it_asks_for_nothing_and_bars_nobody(browser, axe, alone):
    clean = {"asked": [], "logged": [], "wide": {}, "broken": 0, "barriers": []}
    assert opened_pages.visit(browser, alone, axe=axe) == clean


def test_every_link_leads_to_a_place_in_it(browser, alone):
    page = browser.new_page()
    page.goto(alone.as_uri())
    followed = page.evaluate(FOLLOW)
    page.click('.masthead a[href="#data"]')
    page.wait_for_function("location.hash === '#data'")
    top = page.evaluate("document.getElementById('data').getBoundingClientRect().top")
    page.close()
    assert len(followed) > 40
    assert [(href, target) for href, target in followed if href != target] == []
    assert abs(top) < 5


def test_it_prints_every_page_on_its_own_sheet(browser, alone):
    page = browser.new_page()
    page.goto(alone.as_uri())
    page.emulate_media(media="print")
    hidden = page.evaluate("[...document.querySelectorAll('nav, .back')].filter(e => e.offsetParent).length")
    breaks = page.evaluate(
        "[...document.querySelectorAll('main > div + div')].map(e => getComputedStyle(e).breakBefore)"
    )
    page.close()
    assert hidden == 0
    assert breaks == ["page"] * 4
