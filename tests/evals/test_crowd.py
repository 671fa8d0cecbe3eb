"""The load that is measured is real: a chat is started, asked and counted; what goes wrong is counted, too."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.studies import load
from evals.studies.load import Asked, command, summary


def test_what_is_counted() -> None:
    asked = [*[Asked(seconds / 100, "") for seconds in range(1, 101)], Asked(9.0, "busy"), Asked(9.0, "broken")]
    row = summary(asked)
    assert (row["asked"], row["busy"], row["errors"]) == (102, 1, 1)
    assert math.isclose(row["p50"], 0.505)
    assert row["longest"] == 1.0
    assert math.isnan(summary([Asked(1.0, "busy")])["p95"])


@pytest.fixture(scope="module")
def one_chat(article: Path) -> Iterator[None]:
    """Crowd and soak find the same chat, since starting one takes seconds."""
    with load.serving([article]) as started, pytest.MonkeyPatch.context() as patch:
        patch.setattr(load, "serving", lambda documents: nullcontext(started))
        yield


@pytest.mark.usefixtures("one_chat")
@pytest.mark.parametrize(
    "arguments",
    [["crowd", "--chats", "2", "--asks", "2"], ["soak", "--minutes", "0.05", "--chats", "1", "--think", "0.1"]],
    ids=lambda arguments: arguments[0],
)
def test_a_small_crowd_and_a_short_soak(arguments: list[str], tmp_path: Path, article: Path) -> None:
    file = tmp_path / "numbers.json"
    done = CliRunner().invoke(command, [*arguments, "--documents", str(article), "--save", str(file)])
    assert done.exit_code == 0, done.output
    saved = json.loads(file.read_text())
    row = saved[0] if isinstance(saved, list) else saved
    assert row["asked"] >= 1
    assert row["busy"] == row["errors"] == 0
    assert row["p95"] > 0
    if arguments[0] == "soak":
        assert row["mb_when_steady"] > 50
