"""The shape of the house: imports run one way, imports are cheap, the packages are ours."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
FLOORS = ["index", "qa", "evals", "ui"]


@cache
def imported_modules(file: Path) -> set[str]:
    imported = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative imports hide the direction"
            imported |= {f"{node.module}.{alias.name}" for alias in node.names}
    return imported


def imported_packages(file: Path) -> set[str]:
    return {name.split(".")[0] for name in imported_modules(file)}


@pytest.mark.parametrize("floor", FLOORS)
def test_imports_run_one_way(floor: str) -> None:
    above = set(FLOORS[FLOORS.index(floor) + 1 :])
    files = list((ROOT / floor).rglob("*.py"))
    assert files
    for file in files:
        assert not imported_packages(file) & above, file


def test_the_folders_of_the_ui_import_one_way() -> None:
    folders = ["render", "chat", "api", "server", "terminal"]
    assert {path.parent.name for path in (ROOT / "ui").glob("*/*.py")} == set(folders)
    for place, folder in enumerate(folders):
        above = tuple(f"ui.{other}." for other in folders[place + 1 :])
        for file in (ROOT / "ui" / folder).glob("*.py"):
            assert not [name for name in imported_modules(file) if f"{name}.".startswith(above)], file


def test_the_folders_of_evals_import_one_way() -> None:
    """What finds and counts knows no suite, what judges shows nothing, and nobody but a study imports a study."""
    allowed = {
        "align": ["align"],
        "metrics": ["metrics"],
        "make": ["make", "rows", "suite", "folder"],
        "": ["align", "metrics", "make", *(path.stem for path in (ROOT / "evals").glob("*.py"))],
        "report": ["metrics", "compare", "results", "report"],
    }
    for file in (ROOT / "evals").rglob("*.py"):
        folder = file.parent.name if file.parent != ROOT / "evals" else ""
        if folder == "studies" or file.stem in ("command", "__main__"):
            continue
        inside = {name.split(".")[1] for name in imported_modules(file) if name.startswith("evals.")}
        assert inside <= set(allowed[folder]), file


@pytest.mark.parametrize("floor", FLOORS)
def test_the_tables_of_the_house_name_every_module(floor: str) -> None:
    """A row is a module, or a subpackage with its modules."""
    page = (ROOT / "ARCHITECTURE.md").read_text()
    (table,) = re.findall(rf"^### `{floor}/`\n(.*?)(?=^#)", page, flags=re.DOTALL | re.MULTILINE)
    named: list[str] = []
    for place, told in re.findall(r"^\| `([\w/]+)`[^|]*\| (.*) \|$", table, flags=re.MULTILINE):
        if place.endswith("/"):
            assert (ROOT / floor / place).is_dir()
            named += [place + name for name in re.findall(r"`(\w+)`", told)]
        else:
            named.append(place)
    files = [file.relative_to(ROOT / floor) for file in (ROOT / floor).rglob("*.py") if not file.stem.startswith("__")]
    assert sorted(named) == sorted(file.with_suffix("").as_posix() for file in files)


@pytest.mark.parametrize(
    ("library", "owner"),
    [
        ("chromadb", "index/vectors.py"),
        ("tantivy", "index/lexical.py"),
        ("sqlite3", "index/catalog.py ui/chat/history.py"),
        ("llama_index", "qa/llamaindex.py qa/write/llamacpp.py qa/write/llm.py"),
        ("xllamacpp", "qa/write/llamacpp.py"),
        ("chardet", "index/formats/text.py"),
        ("selectolax", "index/formats/hocr.py index/formats/html.py"),
        ("openpyxl", "index/formats/sheets.py"),
        ("zipfile", "index/formats/package.py"),
        ("mcp", "ui/api/assistants.py"),
    ],
)
def test_a_library_has_one_owner(library: str, owner: str) -> None:
    files = [file for floor in FLOORS for file in (ROOT / floor).rglob("*.py")]
    users = [str(file.relative_to(ROOT)) for file in files if library in imported_packages(file)]
    assert sorted(users) == owner.split()  # two SQLite files, each with its own


@pytest.mark.parametrize("package", ["index", "qa", "evals", "ui.terminal"])
def test_imports_are_cheap(package: str) -> None:
    heavy = ("torch", "chromadb", "gradio", "llama_index", "transformers", "sklearn", "scipy")
    code = f"import sys, {package}; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_installed_packages_are_ours() -> None:
    try:
        importlib.metadata.distribution("verbatim-qa")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("verbatim-qa is not installed in this environment; `make test` installs it")
    code = f"import {', '.join(FLOORS)}; print(*(p.__file__ for p in ({', '.join(FLOORS)})), sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], cwd="/", capture_output=True, text=True, check=True)
    assert [Path(line).parent for line in done.stdout.split()] == [ROOT / floor for floor in FLOORS]


def test_what_users_get_is_pinned() -> None:
    lines = [line.split("==") for line in (ROOT / "requirements.lock").read_text().splitlines()]
    locked = {canonicalize_name(name): version for name, version in lines}
    assert locked["torch"] == "2.13.0"
    for requirement in importlib.metadata.requires("verbatim-qa") or [] if _installed() else []:
        name = requirement.split(";")[0].split("==")[0].split(">=")[0].split("<")[0].strip()
        if "extra" not in requirement:
            assert canonicalize_name(name) in locked, f"{name} is not in requirements.lock; run `make lock`"


def _installed() -> bool:
    return any(distribution.name == "verbatim-qa" for distribution in importlib.metadata.distributions())


def test_the_public_names_are_these() -> None:
    import index
    import qa

    assert set(qa.__all__) == {"Answer", "Answerer", "Citation", "Evidence", "Statement", "Written", "answer", "stream"}
    assert {"Index", "Source", "Document", "Changes", "EmptyStoreError"} <= set(index.__all__)
    assert all(hasattr(index, name) for name in index.__all__)
