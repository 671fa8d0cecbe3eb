"""With the network cut off except for loopback, everything works; in the browser, too."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.chromium import NEEDS_CHROMIUM

APART = ["unshare", "--user", "--map-root-user", "--net"]


def _can_be_cut_off() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*APART, "true"], check=False, capture_output=True).returncode == 0


pytestmark = [
    *NEEDS_CHROMIUM,
    pytest.mark.skipif(not _can_be_cut_off(), reason="no network namespace can be made here (`unshare --user --net`)"),
]


def test_the_chat_works_without_a_network(tmp_path: Path, article: Path) -> None:
    done = subprocess.run(
        [*APART, sys.executable, "-m", "tests.support.alone", str(article), str(tmp_path / "store")],
        cwd=Path(__file__).parents[1],
        check=False,
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert done.stdout.strip().endswith("used"), done.stderr[-3000:]
