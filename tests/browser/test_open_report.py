"""The browser check finds what it is there to find."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]
GOOD = '<!doctype html><html lang="en"><title>A</title><meta charset="utf-8"><h1>Fewer left</h1><p>text</p></html>'


@pytest.fixture(scope="module")
def open_report():
    spec = importlib.util.spec_from_file_location("open_report", Path(__file__).with_name("open_report.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def report(tmp_path):
    for name in ("index.html", "en/churn.html", "vi/churn.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(GOOD)
    return tmp_path


def test_a_good_report_has_no_fault(open_report, report):
    assert open_report.faults_of_report(CHROMIUM, report) == (9, [])


def test_each_fault_is_found(open_report, report):
    (report / "en" / "churn.html").write_text(
        GOOD.replace("<h1>Fewer left</h1>", '<div style="width:1300px">wide</div>')
        + '<img src="gone.png" alt=""><link rel="stylesheet" href="http://127.0.0.1:9/x.css">'
        + "<script>throw new Error('broken')</script>"
    )
    _, faults = open_report.faults_of_report(CHROMIUM, report)
    text = "\n".join(faults)
    for part in ("needs one h1", "px wider than the screen", "1 pictures not drawn", "asks for http://", "broken"):
        assert part in text
    assert "(laptop): 9" not in text
    assert "vi/churn.html" not in text


def test_a_missing_language_is_a_fault(open_report, report):
    (report / "vi" / "churn.html").unlink()
    views, faults = open_report.faults_of_report(CHROMIUM, report)
    assert views == 6
    assert faults == [f"no page in {report / 'vi'}"]
