"""Open every page of a report in a real browser: ``python tests/browser/open_report.py CHROMIUM REPORT``.

Each page in each language, at the width of a laptop, a phone and the narrowest phone: no error in the console, no
request that leaves the folder, nothing wider than the screen, one heading that says something, pictures drawn.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

SIZES = {"laptop": (1366, 800), "phone": (390, 844), "narrowest": (320, 640)}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
LOOK = """() => ({
  headings: [...document.querySelectorAll('h1')].map(h => h.innerText.trim()),
  title: document.title.trim(),
  language: document.documentElement.lang,
  too_wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  undrawn: [...document.images].filter(i => !i.complete || i.naturalWidth === 0).length,
})"""


def faults_of(browser: Browser, page_path: Path, *, size: tuple[int, int]) -> list[str]:
    """Return what is wrong with one page at one size; empty is good."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    faults: list[str] = []
    page.on("console", lambda said: faults.append(f"console: {said.text}") if said.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(("file:", "data:")) else faults.append(f"asks for {asked.url}"),
    )
    page.goto(page_path.resolve().as_uri(), wait_until="load")
    seen = page.evaluate(LOOK)
    page.close()
    if len(seen["headings"]) != 1 or not all(seen["headings"]):
        faults.append(f"needs one h1 that says something; has {seen['headings']}")
    if not seen["title"] or not seen["language"]:
        faults.append(f"needs a title and a language; has {seen['title']!r}, {seen['language']!r}")
    if seen["too_wide"] > 0:
        faults.append(f"{seen['too_wide']} px wider than the screen")
    if seen["undrawn"]:
        faults.append(f"{seen['undrawn']} pictures not drawn")
    return faults


def faults_of_report(chromium: str, report: Path) -> tuple[int, list[str]]:
    """Return how many views were opened, and every fault found with its page and size."""
    pages = [report / "index.html", *sorted(report.glob("en/*.html")), *sorted(report.glob("vi/*.html"))]
    faults = [
        f"no page in {report / folder}" for folder in ("en", "vi") if not list(report.glob(f"{folder}/*.html"))
    ]
    views = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for page in pages:
            for name, size in SIZES.items():
                views += 1
                faults += [f"{page} ({name}): {fault}" for fault in faults_of(browser, page, size=size)]
        browser.close()
    return views, faults


def main() -> int:
    """Say what was opened and what is wrong; 0 only if nothing is."""
    chromium, report = sys.argv[1], Path(sys.argv[2])
    views, faults = faults_of_report(chromium, report)
    print(f"opened {views} views of {report}")
    print("\n".join(faults) or "nothing wrong")
    return bool(faults)


if __name__ == "__main__":
    raise SystemExit(main())
