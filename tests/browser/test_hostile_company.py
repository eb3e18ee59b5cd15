"""A whole quarter of a company under attack, in a real browser: nothing fires, nothing leaves, nobody is barred.

Takes minutes: it runs where ``CXLAB_BROWSER`` is set.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cxlab.report import verify_pages

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
    pytest.mark.skipif(not os.environ.get("CXLAB_BROWSER"), reason="takes a minute; set CXLAB_BROWSER=1"),
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def beside(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


hostile, opener = beside("hostile_company"), beside("open_report")


def cxlab(*words, study=None):
    told = {"CXLAB_STUDY": str(study)} if study else {}
    done = subprocess.run(
        [sys.executable, "-m", "cxlab", *words], env={**os.environ, **told}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The published quarter of the company under attack, every question answered."""
    folder = tmp_path_factory.mktemp("hostile") / "data"
    folder.mkdir()
    for name in ("study.toml", "codebook.yaml"):
        shutil.copy(ROOT / "data" / name, folder)
    cxlab("synth", "--customers", "2000", "--to", str(folder / "sample"))
    hostile.attack(folder)
    facts = json.loads(cxlab("run", "2026Q3", "--json", study=folder).splitlines()[-1])
    assert facts["off"] == {}
    return Path(facts["index"]).parent.resolve()


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=opener.FLAGS)
        yield opened
        opened.close()


def fired_on(browser, path, axe):
    """What a page did on its own while it was looked at, moved over and typed into; and what bars a reader."""
    page = browser.new_page(viewport={"width": 1366, "height": 800})
    seen = []
    page.on("dialog", lambda dialog: (seen.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("console", lambda line: seen.append(f"console: {line.text}"))
    page.on("pageerror", lambda error: seen.append(f"script: {error}"))
    page.on("popup", lambda other: seen.append(f"window: {other.url}"))
    page.on("framenavigated", lambda frame: seen.append(f"went to {frame.url}") if frame.url != uri else None)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    uri = path.as_uri()
    page.goto(uri, wait_until="load")
    page.evaluate("""() => document.querySelectorAll('body *').forEach(one => {
        for (const kind of ['mouseover', 'focus', 'toggle', 'error', 'load']) one.dispatchEvent(new Event(kind));
        if (one.tagName === 'DETAILS') one.open = true;
    })""")
    page.evaluate(axe)
    found = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)
    page.set_viewport_size({"width": 320, "height": 640})
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    seen += [f"{wide} px wider than a narrow phone"] if wide > 0 else []
    seen += [f"axe {one['id']}: {one['nodes'][0]['target']}" for one in found["violations"]]
    page.close()
    return seen + [f"asked for {url[:80]}" for url in asked if url != uri and not url.startswith("data:image/")]


def test_nothing_fires_nothing_leaves_and_nobody_is_barred(browser, report):
    package = pytest.importorskip("axe_playwright_python", reason="the package axe-playwright-python is missing")
    axe = (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    pages = sorted(report.rglob("*.html"))
    assert len(pages) == 1 + 2 * 9
    assert {path.name: done for path in pages if (done := fired_on(browser, path, axe))} == {}
    assert verify_pages(report) == []


def test_the_attacks_reached_the_pages_as_words(report):
    """Otherwise nothing was tried."""
    text = "".join(path.read_text(encoding="utf-8") for path in report.rglob("*.html"))
    arrived = [sign for sign in ("&lt;script&gt;", "onerror=alert(3)", "&lt;svg", "&lt;iframe") if sign in text]
    assert len(arrived) == 4, arrived
    assert "\x00" not in text
    assert "\u202e" not in text


def test_no_download_holds_a_formula_or_a_sign_that_is_none(report):
    for path in (report / "downloads").glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        starts = {cell[0] for cell in cells if cell and not cell.replace(".", "").lstrip("-").isdigit()}
        assert not starts & set("=+@\t\r"), path
    for path in (report / "downloads").glob("*.svg"):
        assert "<script" not in path.read_text(encoding="utf-8")
