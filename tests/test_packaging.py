"""What is installed, from where and by which command: pyproject, lock, conda file and Makefile agree."""

from __future__ import annotations

import importlib
import re
import stat
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from rattler import BuildString, MatchSpec, PackageRecord

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PINS = dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", LOCK, flags=re.MULTILINE))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]

CONDA_TO_PYPI = {"python-duckdb": "duckdb", "python-tzdata": "tzdata"}
IMPORTED_AS = {
    "beautifulsoup4": "bs4",
    "font-source-sans-pro": "font_source_sans_pro",
    "ibis-framework": "ibis",
    "pyyaml": "yaml",
    "python-calamine": "python_calamine",
}
NOT_LIBRARIES = {"python", "pip", "flit-core"}


def required():
    """Runtime requirements by name."""
    parsed = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
    return {requirement.name.lower(): requirement for requirement in parsed}


def conda_specs():
    """MatchSpecs of the conda file by PyPI name."""
    specs = [MatchSpec(line) for line in CONDA if isinstance(line, str)]
    return {CONDA_TO_PYPI.get(spec.name.normalized, spec.name.normalized): spec for spec in specs}


def pip_part():
    return next(line["pip"] for line in CONDA if isinstance(line, dict))


def test_every_pin_has_hashes_and_no_address():
    assert len(PINS) > 150
    blocks = re.split(r"\n(?=[a-z0-9])", LOCK.strip())
    assert len(blocks) == len(PINS)
    for block in blocks:
        assert "--hash=sha256:" in block, block.splitlines()[0]
    assert "://" not in LOCK
    assert not re.search(r"^\s*-(?!-hash=)", LOCK, flags=re.MULTILINE)  # hashes are the only options


def test_the_lock_keeps_every_declared_range():
    groups = [line for group in PROJECT["dependency-groups"].values() for line in group if isinstance(line, str)]
    extras = [line for extra in PROJECT["project"]["optional-dependencies"].values() for line in extra]
    for line in [*PROJECT["project"]["dependencies"], *groups, *extras, *PROJECT["build-system"]["requires"]]:
        requirement = Requirement(line)
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        assert requirement.specifier.contains(PINS[name]), f"{line} but {PINS[name]} is pinned"


def test_the_build_backend_and_the_installer_are_pinned_too():
    assert {"flit-core", "uv"} <= set(PINS)


def test_the_conda_file_lists_the_same_libraries():
    in_conda = set(conda_specs()) - NOT_LIBRARIES
    in_pip = {Requirement(line).name.lower() for line in pip_part() if not line.startswith("-")}
    assert in_conda | in_pip == set(required())
    assert not in_conda & in_pip


@pytest.mark.parametrize("name", sorted(set(conda_specs()) - NOT_LIBRARIES))
def test_the_conda_file_pins_what_the_lock_pins(name):
    spec = conda_specs()[name]

    def matches(version):
        build = {"build": BuildString("0"), "build_number": 0, "subdir": "noarch"}
        return spec.matches(PackageRecord(name=spec.name.normalized, version=version, **build))

    assert matches(PINS[name])
    assert not matches("0.0.0.1")


def test_the_conda_file_allows_the_same_pythons():
    spec = conda_specs()["python"]
    assert PROJECT["project"]["requires-python"] == str(spec.version) == ">=3.11"


def test_the_pip_part_of_the_conda_file_agrees_with_the_lock():
    for line in (line for line in pip_part() if not line.startswith("-")):
        requirement = Requirement(line)
        assert str(requirement.specifier) == f"=={PINS[requirement.name]}"
    assert "--editable ." in pip_part()


@pytest.mark.parametrize("name", sorted(required()))
def test_every_listed_library_can_be_imported(name):
    assert importlib.import_module(IMPORTED_AS.get(name, name.replace("-", "_")))


def test_hooks_need_no_network():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repo["repo"] for repo in hooks["repos"]] == ["local"]
    entries = {hook["id"]: hook for hook in hooks["repos"][0]["hooks"]}
    assert {hook["language"] for hook in entries.values()} == {"system"}
    assert entries["notebooks-without-outputs"]["entry"] == "nbstripout --verify --keep-id"


def test_make_lists_every_target_and_says_what_it_does():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)[1].split()
    said = subprocess.run(["make", "-C", ROOT, "help"], capture_output=True, text=True, check=True).stdout
    assert {line.split()[1] for line in said.splitlines() if line.startswith("  make")} == set(phony)
    assert {"help", "report", "test", "lab", "lint", "bench", "proofs", "clean"} <= set(phony)


def test_make_enforces_hashes_and_writes_bytecode():
    plan = subprocess.run(
        ["make", "-C", ROOT, "-n", "-B", "test", "report"], capture_output=True, text=True, check=True
    ).stdout
    installs = [line for line in plan.splitlines() if "pip install" in line]
    assert len(installs) == 4
    for line in installs:
        assert "--require-hashes" in line or ("--no-deps" in line and "--offline" in line), line
    assert "unexport PYTHONDONTWRITEBYTECODE" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_gate_can_be_executed():
    gate = ROOT / ".ci" / "run"
    assert gate.stat().st_mode & stat.S_IXUSR
    assert "set -euo pipefail" in gate.read_text(encoding="utf-8")


def test_private_and_made_things_are_ignored():
    made = ["data/raw/x.csv", "data/private/key", "data/prepared/x", "data/sample/x.parquet", "reports/2026Q3/x"]
    check = subprocess.run(["git", "-C", ROOT, "check-ignore", *made], capture_output=True, text=True)
    if check.returncode == 128:
        pytest.skip("not a git checkout")
    assert check.stdout.split() == made


def test_the_package_carries_its_catalogues_and_templates():
    assert {path.name for path in (ROOT / "cxlab" / "locale").glob("*.po")} == {"en.po", "vi.po"}
    assert (ROOT / "cxlab" / "report" / "templates").is_dir()
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("BSD 3-Clause")
