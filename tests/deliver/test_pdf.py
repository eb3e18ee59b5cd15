"""Printing: whole or not at all, nothing left behind, and no report waits for a browser that is not there."""

from __future__ import annotations

import re
import shutil
import tempfile
import time

import pytest

from cxlab.deliver.pdf import BROWSERS, print_pdf
from cxlab.report.edition import write_edition

CHROMIUM = next((path for path in map(shutil.which, BROWSERS) if path), None)
PAGE = '<!doctype html><html lang="en"><title>A</title><h1>Fewer left</h1><p id="a">text</p></html>'


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(PAGE)
    return path


@pytest.fixture
def pretend(tmp_path, monkeypatch):
    """A browser that does what a test needs."""

    def install(script):
        path = tmp_path / "browser"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setenv("CXLAB_CHROMIUM", str(path))

    return install


def test_without_a_browser_nothing_is_printed(page, tmp_path, monkeypatch):
    monkeypatch.delenv("CXLAB_CHROMIUM")
    monkeypatch.setenv("PATH", str(tmp_path))
    said = "no browser: none of chromium, chromium-browser, google-chrome, google-chrome-stable is installed"
    assert print_pdf(page, to=tmp_path / "page.pdf") == said
    assert not (tmp_path / "page.pdf").exists()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 3", "the browser ended with 3"),
        ("exit 0", "the browser printed nothing whole"),
        ('for last; do case $last in --print-to-pdf=*) printf "%%PDF-1.7 cut" > "${last#*=}";; esac; done',
         "the browser printed nothing whole"),
    ],
)  # fmt: skip
def test_what_is_not_whole_is_not_kept(script, said, page, tmp_path, pretend):
    pretend(script)
    assert print_pdf(page, to=tmp_path / "page.pdf") == said
    assert not (tmp_path / "page.pdf").exists()


def test_a_browser_that_hangs_is_ended_with_all_it_started(page, tmp_path, pretend):
    alive = tmp_path / "alive"
    pretend(f'(while true; do date > "{alive}"; sleep 0.05; done) &\nsleep 600')
    assert print_pdf(page, to=tmp_path / "page.pdf", seconds=0.5) == "the browser took more than 0.5 s"
    alive.unlink(missing_ok=True)
    time.sleep(0.3)
    assert not alive.exists()


def test_a_report_goes_out_unprinted_and_the_log_says_why(house, tmp_path):
    (tmp_path / "share").mkdir()
    house.declare('[deliver.share]\nkind = "folder"\npath = "../share"\n')
    assert [one.state for one in house.tell()] == ["sent"]
    assert not list((tmp_path / "share").rglob("*.pdf"))
    left_out = [line for line in house.log if line["event"] == "pdf left out"]
    assert [line["language"] for line in left_out] == ["en", "vi"]
    assert left_out[0]["why"] == "no browser: CXLAB_CHROMIUM names no-such-browser, which is not installed"


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")
def test_an_edition_prints_with_its_inner_links(house, tmp_path, monkeypatch):
    monkeypatch.setenv("CXLAB_CHROMIUM", str(CHROMIUM))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    edition = write_edition(house.run, language="vi", to=tmp_path / "cx.html")
    assert print_pdf(edition, to=tmp_path / "cx.pdf") == ""
    printed = (tmp_path / "cx.pdf").read_bytes()
    boxes = re.findall(rb"/MediaBox \[([^\]]+)\]", printed)
    sizes = {tuple(round(float(side)) for side in box.split()) for box in boxes}
    assert sizes == {(0, 0, 842, 595), (0, 0, 595, 842)}  # the leader's page lies across, the others stand
    assert printed.count(b"/Dest") > 5
    assert b"/URI" not in printed
    assert list(tmp_path.glob("cxlab-print-*")) == []
