"""A published quarter that lies on disk, and servers of this machine that it can be sent to."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from cxlab import ledger
from cxlab.deliver import deliver
from cxlab.finding import Message
from cxlab.overview.board import Board, Commentary, Decision, Tile
from cxlab.quarter import Quarter
from cxlab.report import write_pages
from cxlab.report.board import board_html
from cxlab.report.sections import wording_of

_spec = importlib.util.spec_from_file_location(
    "small_report", Path(__file__).parents[1] / "report" / "conftest.py"
)
small = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = small  # its records look themselves up
_spec.loader.exec_module(small)

RUN = "2026Q3-20261012T020000Z-00aa11bb"
Q3 = Quarter(2026, 3)
STUDY = """name = {name}
made_up = true
currency = "VND"
time_zone = "Asia/Ho_Chi_Minh"
window_opens = 2025-01-01
reports = "reports"
"""


def board():
    """A leader's page with one number and two decisions, one of them written by somebody with a grudge."""
    left = small.share(0.088, 0.083, 0.094, 10_330)
    detail = Message("overview.tile.left.detail", {"number": left, "n": 10_330})
    words = {"en": "Hold the old price <b>&", "vi": "Giữ giá cũ <b>&"}
    return Board(
        scope=(Message("overview.scope.answers", {"n": 2_280}),),
        answer=(Message("overview.answer.nothing"),),
        commentary=Commentary(role="Head of CX research", words={"en": "We keep it.", "vi": "Chúng tôi giữ giá."}),
        tiles=(
            Tile(
                proof="churn.left",
                title=Message("overview.tile.left"),
                detail=detail,
                number=left,
                form="share",
                verdict_line=Message("verdict.cannot_tell"),
            ),
        ),
        decisions=(
            Decision(what=words, role="Head of prepaid", due=date(2026, 11, 15), cost=27_000_000),
            Decision(what={"en": "Wait.", "vi": "Chờ."}, role="Head of care", due=None, cost=None),
        ),
        said=(),
        unknowns=(Message("overview.unknown.provisional", {"n": 44}),),
    )


def overview(study):
    outputs = [
        new_output(
            "display_data",
            {"text/html": str(board_html(board(), study=study, wording=wording_of(study, language)))},
            metadata={"cxlab": {"lang": language, "finding": "overview.board"}},
        )
        for language in study.config.languages
    ]
    made = new_notebook(cells=[new_code_cell("show_board(study, board)", outputs=outputs)])
    made.metadata["cxlab"] = {"title": {"en": "Overview", "vi": "Tổng quan"}, "layout": "board"}
    return made


def write_run(folder, *, facts, name="Én Mobile", state="published", run=RUN, because=None):
    """Write a run as `cxlab run` leaves it: pages, findings, manifest, and what leaders never get."""
    study = small.SmallStudy(config=small.config(name=name), folder=folder)
    answer = small.finding("overview.answer", shape="number")
    findings = small.churn_findings()
    executed = {"overview": overview(study), "churn": small.notebook(study, *findings)}
    facts = replace(facts, run_id=run, state=state)
    done = folder / "reports" / ".runs" / run
    write_pages(executed, [answer, *findings], study=study, facts=facts, to=done)
    ledger.write([answer, *findings], done / "findings.json", header={"quarter": "2026Q3"})
    manifest = {"run": {"state": state, "run_id": run}, "quarter": "2026Q3", "because": because}
    (done / "manifest.json").write_text(json.dumps(manifest))
    for path in ("exports/customers.csv", "notebooks/churn.ipynb", "findings/churn.json"):
        (done / path).parent.mkdir(exist_ok=True)
        (done / path).write_text("not for leaders")
    return done


class House:
    """A study with one published quarter: name its targets, then tell them."""

    def __init__(self, folder, run):
        self.folder, self.file, self.run, self.quarter = folder, folder / "study.toml", run, Q3
        self.declare("")

    def declare(self, targets, *, name="Én Mobile"):
        text = STUDY.format(name=json.dumps(name, ensure_ascii=False).replace("\\u007f", "\\u007F"))
        self.file.write_text(text + targets, encoding="utf-8")

    def tell(self, event="success", **given):
        given = {"folder": self.run, "quarter": Q3, "config": self.file} | given
        return deliver(given.pop("folder"), event=event, **given)

    def correct(self):
        """Publish another run of the quarter; return the one that was published before."""
        before, self.run = self.run, self.run.with_name("2026Q3-20261020T020000Z-22cc33dd")
        kept_back = shutil.ignore_patterns("delivered.json", "log.jsonl")
        shutil.copytree(before, self.run, ignore=kept_back)
        return before

    @property
    def record(self):
        return json.loads((self.run / "delivered.json").read_text(encoding="utf-8"))["deliveries"]

    @property
    def log(self):
        return [json.loads(line) for line in (self.run / "log.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="session")
def facts():
    return small.RunFacts(
        run_id=RUN, made_at=small.datetime(2026, 10, 12, 2, 0, tzinfo=small.UTC), state="published",
        approved_by="Head of CX research", approved_on=date(2026, 10, 12), code_version="0.1.0",
    )  # fmt: skip


@pytest.fixture(scope="session")
def written(tmp_path_factory, facts):
    folder = tmp_path_factory.mktemp("published")
    write_run(folder, facts=facts)
    return folder


@pytest.fixture
def house(written, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(written, folder)
    (folder / "reports" / "2026Q3").symlink_to(Path(".runs") / RUN)
    return House(folder, folder / "reports" / ".runs" / RUN)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture(autouse=True)
def no_browser(monkeypatch):
    """Printing takes seconds: a test that wants it takes the name away again."""
    monkeypatch.setenv("CXLAB_CHROMIUM", "no-such-browser")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate that only its own file vouches for: (certificate, key)."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is needed to make a certificate")
    folder = tmp_path_factory.mktemp("certificate")
    words = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout key.pem -out cert.pem"
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run(["openssl", *words.split(), *names], cwd=folder, check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


class Hook:
    """A web server that answers what it is told to answer and remembers what it was asked."""

    def __init__(self):
        self.asked, self.answers = [], []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                code, headers = hook.answers.pop(0) if hook.answers else (200, {})
                self.send_response(code)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            do_GET = do_POST  # noqa: N815  (a redirect that was followed would come as one)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"


@pytest.fixture
def hook():
    hook = Hook()
    thread = threading.Thread(target=hook.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield hook
    hook.server.shutdown()
    hook.server.server_close()
    thread.join()
