"""The command `verbatim`, run in this process."""

from __future__ import annotations

import pytest

from ui.terminal import commands


def run(*arguments: str) -> int:
    """Run the command with these arguments and return its exit status."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["verbatim", *arguments])
        with pytest.raises(SystemExit) as done:
            commands.main()
    return int(done.value.code or 0)
