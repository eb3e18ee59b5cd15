"""Every page in a real browser: nothing asked for, nothing complained of, no overflow, no barrier."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
)
WIDTHS = (1366, 360, 320)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}: install Debian's chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS.split())
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def axe():
    package = pytest.importorskip("axe_playwright_python", reason="the package axe-playwright-python is missing")
    return (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def visit(browser, path, *, axe):
    """Open a page once; return what it asked for, what was logged, how far it overflows, what bars a reader."""
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 768})
    page = context.new_page()
    asked, logged, wide = [], [], {}
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda line: logged.append(line.text))
    page.on("pageerror", lambda error: logged.append(str(error)))
    page.goto(path.as_uri())
    page.evaluate(axe)  # the page's policy refuses a script element, not the debugger
    barriers = barriers_on(page, {"type": "tag", "values": TAGS})
    page.emulate_media(color_scheme="dark")
    barriers += barriers_on(page, {"type": "rule", "values": ["color-contrast"]})
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 640})
        wide[width] = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    barriers += barriers_on(page, {"type": "rule", "values": ["scrollable-region-focusable", "target-size"]})
    broken = page.evaluate("[...document.images].filter(i => !i.complete || !i.naturalWidth).length")
    context.close()
    return {
        "asked": [url for url in asked if url != path.as_uri() and not url.startswith("data:image/")],
        "logged": logged,
        "wide": {width: over for width, over in wide.items() if over > 0},
        "broken": broken,
        "barriers": barriers,
    }


def barriers_on(page, rules):
    found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", rules)
    nodes = [(one["id"], node) for one in found["violations"] for node in one["nodes"]]
    return [f"{id_}: {node['target']} {node['failureSummary']}" for id_, node in nodes]


def test_every_page_stands_alone_and_bars_nobody(browser, axe, report):
    clean = {"asked": [], "logged": [], "wide": {}, "broken": 0, "barriers": []}
    paths = sorted(report.rglob("*.html"))
    seen = {path.relative_to(report).as_posix(): visit(browser, path, axe=axe) for path in paths}
    assert len(seen) == 11
    assert {name: facts for name, facts in seen.items() if facts != clean} == {}


def test_a_barrier_would_be_found(browser, axe, tmp_path):
    path = tmp_path / "bad.html"
    path.write_text("<!doctype html><title>x</title><img src='x.png'><p style='color:#ddd;width:2000px'>pale</p>")
    seen = visit(browser, path, axe=axe)
    assert set(seen["wide"]) == set(WIDTHS)
    assert seen["asked"]
    assert seen["broken"] == 1
    assert {"html-has-lang", "image-alt", "color-contrast"} <= {one.partition(":")[0] for one in seen["barriers"]}


def test_a_page_prints_on_a4(browser, report):
    page = browser.new_page()
    page.goto((report / "en" / "churn.html").as_uri())
    page.emulate_media(media="print")
    assert not page.is_visible("nav.contents")
    assert page.is_visible("h1")
    printed = page.pdf(prefer_css_page_size=True)
    page.close()
    boxes = re.findall(rb"/MediaBox \[([^\]]+)\]", printed)
    assert {tuple(round(float(side)) for side in box.split()) for box in boxes} == {(0, 0, 595, 842)}
