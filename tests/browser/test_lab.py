"""What ``make lab`` opens, in a real browser: the right kernel, no pop-ups, findings, errors that are advice.

Takes half a minute: it runs where ``CXLAB_BROWSER`` is set, as in ``.ci/run``. What was seen is kept in the folder
that ``CXLAB_PICTURES`` names.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from cxlab.run.lab import command, prepare
from cxlab.synth import make_company

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
    pytest.mark.skipif(not os.environ.get("CXLAB_BROWSER"), reason="takes half a minute; set CXLAB_BROWSER=1"),
]
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
)
TOKEN, READY = "opened-by-a-test", "Python 3 (ipykernel) | Idle"
PATIENCE = 400_000
"""Milliseconds: on a quiet machine it takes a twentieth of them."""


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory):
    """A checkout's notebooks beside a small company; in ``wrong.ipynb`` the quarter is none."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "data").mkdir()
    (folder / "notebooks").mkdir()
    for name in ("study.toml", "codebook.yaml"):
        shutil.copy(ROOT / "data" / name, folder / "data")
    text = (ROOT / "notebooks" / "churn.ipynb").read_text(encoding="utf-8")
    (folder / "notebooks" / "churn.ipynb").write_text(text, encoding="utf-8")
    (folder / "notebooks" / "wrong.ipynb").write_text(text.replace("2026Q3", "2026Q5"), encoding="utf-8")
    make_company(folder / "data" / "sample", customers=2_000, seed=7)
    return folder / "notebooks"


@pytest.fixture(scope="module")
def address(notebooks, tmp_path_factory):
    """JupyterLab as ``make lab`` starts it, but on a port and with a token that are known."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = tmp_path_factory.mktemp("home")
    fixed = [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"]
    started = command(notebooks, "--no-browser", *fixed)
    told = {name: value for name, value in os.environ.items() if not name.startswith("CXLAB_")}
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            started, env={**told, **prepare(home)}, stdout=log, stderr=log, start_new_session=True
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/api", server, home / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=20)


def wait_for(url, server, log):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        try:
            return urllib.request.urlopen(url, timeout=5).read()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield opened
        opened.close()


@pytest.fixture
def run_all(browser, address, notebooks):
    """Open a notebook as a person does and choose Run All Cells; the page, and whatever it asked for."""
    pages = []

    def opened(name):
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.set_default_timeout(PATIENCE)
        page.goto(f"{address}/lab/tree/{name}?reset&token={TOKEN}")
        page.get_by_text(READY).wait_for()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        pages.append(page)
        return page, asked

    yield opened
    for page in pages:
        page.close()


def wait_until_done(page):
    """Wait until the last cell has run: only cells in view are drawn, so go there first."""
    page.keyboard.press("Control+End")
    page.locator(".draft").wait_for(state="attached")


def keep(page, name):
    if folder := os.environ.get("CXLAB_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")


def test_a_notebook_shows_its_findings_without_any_question_asked(run_all, address, notebooks):
    page, asked = run_all("churn.ipynb")
    wait_until_done(page)
    assert page.locator(".jp-Dialog").count() == 0
    assert page.locator(".Toastify__toast").count() == 0
    page.keyboard.press("Control+s")
    page.wait_for_function("() => !document.querySelector('.jp-mod-dirty')")
    saved = json.loads((notebooks / "churn.ipynb").read_text(encoding="utf-8"))
    outputs = [output for cell in saved["cells"] for output in cell.get("outputs", ())]
    shown = [output["metadata"]["cxlab"]["finding"] for output in outputs if "cxlab" in output.get("metadata", {})]
    assert shown[:2] == ["churn.left", "churn.left_change"]
    assert len(shown) >= 12
    assert {output["output_type"] for output in outputs} == {"display_data"}
    page.locator("figure img").first.scroll_into_view_if_needed()
    assert page.evaluate("[...document.querySelectorAll('figure img')].every(i => i.complete && i.naturalWidth)")
    keep(page, "lab")
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def test_the_kernel_is_this_environments_own(address):
    request = urllib.request.Request(f"{address}/api/kernelspecs", headers={"Authorization": f"token {TOKEN}"})
    known = json.loads(urllib.request.urlopen(request).read())["kernelspecs"]
    assert list(known) == ["python3"]
    assert known["python3"]["spec"]["argv"][0] in ("python", sys.executable)  # "python" is the server's own


def test_a_wrong_parameter_is_a_few_lines_of_advice(run_all):
    page, _ = run_all("wrong.ipynb")
    advice = page.locator(".jp-OutputArea [role=alert]")
    advice.wait_for(state="attached")
    advice.scroll_into_view_if_needed()
    said = advice.text_content()
    assert "quarter must look like '2026Q3'; got '2026Q5'" in said
    assert "open_study(quarter, as_of=as_of)" in said
    assert page.get_by_text("Traceback").count() == 0
    assert page.locator(".draft").count() == 0
    keep(page, "lab_advice")
