"""The swap: a reader sees the old report or the new one, and a full disk harms neither."""

from __future__ import annotations

import os
import subprocess
import threading
from datetime import UTC, datetime

import pytest

from cxlab import errors
from cxlab.run import publish

AT = datetime(2026, 10, 5, 8, 30, tzinfo=UTC)


@pytest.fixture
def make_run(tmp_path):
    """Finish a run whose page says ``text``."""

    def make(text, reports=tmp_path):
        run_id, folder = publish.new_run(reports, quarter="2026Q3", at=AT)
        (folder / "en").mkdir(parents=True)
        (folder / "index.html").write_text(text)
        return publish.finish(folder, run_id=run_id)

    return make


def test_a_run_is_named_after_its_quarter_and_its_moment(tmp_path):
    names = {publish.new_run(tmp_path, quarter="2026Q3", at=AT)[0] for _ in range(20)}
    assert len(names) == 20
    assert all(name.startswith("2026Q3-20261005T083000Z-") for name in names)


def test_reads_across_a_swap_see_a_whole_report(tmp_path, make_run):
    publish.publish(make_run("run 0"), reports=tmp_path, quarter="2026Q3")
    page, seen, done = tmp_path / "2026Q3" / "index.html", set(), threading.Event()

    def read():
        while not done.is_set():
            seen.add(page.read_text())

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, 60):
        publish.publish(make_run(f"run {number}"), reports=tmp_path, quarter="2026Q3")
    done.set()
    reader.join()
    assert seen <= {f"run {number}" for number in range(60)}
    assert len(seen) > 1
    assert page.read_text() == "run 59"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".2026Q3")]


def test_the_published_run_is_known_by_name(tmp_path, make_run):
    assert publish.published_run(tmp_path, quarter="2026Q3") is None
    done = make_run("first")
    publish.publish(done, reports=tmp_path, quarter="2026Q3")
    assert publish.published_run(tmp_path, quarter="2026Q3") == done.name


def test_a_lock_is_free_again_when_its_run_has_ended(tmp_path):
    for _ in range(2):
        with publish.hold(tmp_path, quarter="2026Q3", run_id="a", since=AT):
            held = publish.hold(tmp_path, quarter="2026Q3", run_id="b", since=AT)
            with pytest.raises(errors.LockedError, match="held by run a "), held:
                pass
            with publish.hold(tmp_path, quarter="2026Q2", run_id="c", since=AT):
                pass  # another quarter is free


def test_a_full_disk_harms_nothing_published(tmp_path, make_run):
    small = tmp_path / "small"
    small.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)]
    if os.geteuid() != 0 or subprocess.run(mounted, capture_output=True).returncode != 0:
        pytest.skip("needs root and tmpfs to fill a disk")
    try:
        publish.publish(make_run("whole", reports=small), reports=small, quarter="2026Q3")
        (small / "ballast").write_bytes(b"0" * 900_000)
        with pytest.raises(OSError, match="No space left"):
            publish.replace_file(small / "2026Q3" / "index.html", b"0" * 500_000)
        with pytest.raises(OSError, match="No space left"):
            make_run("x" * 500_000, reports=small)
        assert (small / "2026Q3" / "index.html").read_text() == "whole"
        (small / "ballast").unlink()
        publish.publish(make_run("again", reports=small), reports=small, quarter="2026Q3")
        assert (small / "2026Q3" / "index.html").read_text() == "again"
    finally:
        subprocess.run(["umount", str(small)], check=True)
