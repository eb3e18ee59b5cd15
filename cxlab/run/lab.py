"""JupyterLab on the notebooks, ready: this environment's kernel, no pop-ups, no settings from elsewhere.

``make lab`` runs it. Whatever JupyterLab keeps lies inside the environment and goes with it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import cxlab
from cxlab.errors import UsageError

NO_NEWS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/extensionmanager-extension:plugin": {"enabled": False},
}
"""Nothing is fetched and nothing asked before the first notebook is open."""


def prepare(home: Path) -> dict[str, str]:
    """Write JupyterLab's settings and return the environment that makes it read only these.

    Parameters
    ----------
    home : Path
        A folder of its own.
    """
    settings, config = home / "settings", home / "config"
    for folder in (settings, config):
        folder.mkdir(parents=True, exist_ok=True)
    (settings / "overrides.json").write_text(json.dumps(NO_NEWS, indent=1))
    (config / "jupyter_lab_config.json").write_text(json.dumps(_config(settings), indent=1))
    own = {name: str(home / place) for name, place in _PLACES.items()}
    return {**own, "JUPYTER_CONFIG_DIR": str(config), "JUPYTER_PREFER_ENV_PATH": "1"}


_PLACES = {"JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime", "IPYTHONDIR": "ipython",
           "JUPYTERLAB_SETTINGS_DIR": "user", "JUPYTERLAB_WORKSPACES_DIR": "workspaces"}  # fmt: skip


def _config(settings: Path) -> dict[str, dict[str, object]]:
    return {
        "ServerApp": {"ip": "127.0.0.1"},
        "LabApp": {"extension_manager": "readonly", "app_settings_dir": str(settings)},
        "KernelSpecManager": {"allowed_kernelspecs": ["python3"], "ensure_native_kernel": True},
    }


def command(folder: Path, *words: str) -> list[str]:
    """Return what starts JupyterLab on a folder of notebooks.

    Raises
    ------
    UsageError
        If there is no notebook in the folder.
    """
    if not any(folder.glob("*.ipynb")):
        raise UsageError(f"no notebook in {folder}", ["needed: a folder with notebooks, such as notebooks/"])
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder.resolve()}", *as_root, *words]


def main(words: Sequence[str] = (), *, environment: Mapping[str, str] = os.environ) -> None:
    """Become JupyterLab; further words are its own, such as ``--no-browser``."""
    folder = Path(cxlab.__file__).parents[1] / "notebooks"
    started = command(folder, *words)
    os.execve(started[0], started, {**environment, **prepare(Path(sys.prefix) / "lab-settings")})


if __name__ == "__main__":
    main(sys.argv[1:])
