"""What the documents promise is true."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from index import Index
from qa import answer
from tests.support.command import run
from ui.terminal.commands import command

ROOT = Path(__file__).parent.parent


def test_the_python_example_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, article: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "report.txt").write_bytes(article.read_bytes())
    (tmp_path / "minutes").mkdir()
    (tmp_path / "minutes" / "may.md").write_text("# May\n\nThe board met twice.\n")
    names: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), names)  # noqa: S102 - our own example
    index, first = names["index"], names["a"]
    assert isinstance(index, Index)
    assert [len(names["changes"].added), names["changes"].failed] == [2, ()]
    assert (first.short, first.abstained) == ("about 2,500", False)
    assert first.text.startswith("Currently, about 2,500 U.S. troops remain in Iraq")
    later = answer("And when did it end?", index=index, history=[first])
    assert later.query.startswith("And when did it end? Iraq troops")
    index.close()


def test_the_session_of_the_readme_is_what_the_commands_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (session,) = re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("VERBATIM_STORE", str(tmp_path))
    for asked in session.split("$ verbatim ")[1:]:
        line, shown = asked.split("\n", maxsplit=1)
        run(*shlex.split(line))
        promised, printed = (_sure(text) for text in (shown, capsys.readouterr().out))
        assert promised == printed


def _sure(printed: str) -> list[str]:
    """Return the words of what a command prints that are the same on every processor.

    Where a model's scores are close, its last digits decide: whether the short answer takes "about" with it, and which
    sentence is the second nearest of a refusal.
    """
    words = re.sub(r"confidence .*", "", printed.partition("[2]")[0]).split()
    return [word for word in words if word != "about"]


def _names(group: TyperGroup, before: str = "verbatim") -> set[str]:
    inner = ((f"{before} {name}", one) for name, one in group.commands.items())
    return set().union(*(_names(one, name) if isinstance(one, TyperGroup) else {name} for name, one in inner))


def test_the_table_of_commands_has_them_all() -> None:
    whole = get_command(command)
    assert isinstance(whole, TyperGroup)
    rows = re.findall(r"^\| `(verbatim .*?)` \|", (ROOT / "docs" / "programs.md").read_text(), flags=re.MULTILINE)
    listed = {re.sub(r" \[?[A-Z-].*", "", row.replace("[run]", "run")) for row in rows}
    assert listed == _names(whole)


@pytest.mark.parametrize(
    "page",
    ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"]
    + sorted(f"docs/{file.name}" for file in (ROOT / "docs").glob("*.md")),
)
def test_every_link_and_named_file_is_there(page: str) -> None:
    text = (ROOT / page).read_text()
    links = [link for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text) if "://" not in link]
    named = re.findall(r"`((?:index|qa|ui|evals|tests|seeds)/[\w./-]+)`", text)
    for link in links:
        assert (ROOT / page).parent.joinpath(link).exists(), f"{page} links to {link}"
    for name in named:
        assert (ROOT / name).exists() or name == "evals/results/", f"{page} names {name}"


def test_the_seed_article_has_its_digest(article: Path) -> None:
    import hashlib

    assert hashlib.sha256(article.read_bytes()).hexdigest() in (ROOT / "seeds" / "SOURCES").read_text()


def test_make_targets_that_are_named_exist() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    for page in ("README.md", "CONTRIBUTING.md", ".ci/run"):
        assert set(re.findall(r"^(?:    )?make (\w+)", (ROOT / page).read_text(), flags=re.MULTILINE)) <= targets
