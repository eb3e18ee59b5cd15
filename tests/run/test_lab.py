"""JupyterLab is started with this environment's own settings and nobody else's."""

from __future__ import annotations

import json
import os
import sys

import pytest

from cxlab.errors import UsageError
from cxlab.run import lab


def test_everything_jupyterlab_keeps_lies_in_one_folder(tmp_path):
    told = lab.prepare(tmp_path)
    assert told.pop("JUPYTER_PREFER_ENV_PATH") == "1"
    assert {name for name, place in told.items() if not place.startswith(str(tmp_path))} == set()
    assert {"JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"} <= set(told)
    news = json.loads((tmp_path / "settings" / "overrides.json").read_text())
    assert news["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"
    config = json.loads((tmp_path / "config" / "jupyter_lab_config.json").read_text())
    assert config["LabApp"]["app_settings_dir"] == str(tmp_path / "settings")
    assert config["ServerApp"]["ip"] == "127.0.0.1"


def test_it_opens_the_notebooks_with_this_interpreter(tmp_path, monkeypatch):
    (tmp_path / "churn.ipynb").write_text("{}")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    words = lab.command(tmp_path, "--no-browser")
    assert words == [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={tmp_path}", "--no-browser"]
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "--allow-root" in lab.command(tmp_path)


def test_a_folder_without_notebooks_is_refused(tmp_path):
    with pytest.raises(UsageError) as caught:
        lab.command(tmp_path)
    assert str(caught.value) == (
        f"no notebook in {tmp_path}\n  - needed: a folder with notebooks, such as notebooks/"
    )


def test_the_lab_takes_over_this_process(monkeypatch):
    started = []
    monkeypatch.setattr(os, "execve", lambda *words: started.append(words))
    monkeypatch.setattr(lab, "prepare", lambda home: {"JUPYTER_CONFIG_DIR": str(home)})
    lab.main(["--no-browser"], environment={"A": "b"})
    ((program, words, environment),) = started
    assert (program, words[-1]) == (sys.executable, "--no-browser")
    assert environment == {"A": "b", "JUPYTER_CONFIG_DIR": f"{sys.prefix}/lab-settings"}
