"""``python -m evals [SUITE] [--json] [--save]``: judge Verbatim on a suite."""

from __future__ import annotations

import argparse
import sys

from rich.console import Console

from evals.run import evaluate
from index.errors import VerbatimError


def main() -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m evals", description="Judge Verbatim on a suite of questions.")
    parser.add_argument("suite", nargs="?", default="seed", help="a built-in suite or a folder (default: seed)")
    parser.add_argument("--json", action="store_true", help="write the report as JSON to standard output")
    parser.add_argument("--save", action="store_true", help="keep the report in evals/results")
    chosen = parser.parse_args()
    try:
        report = evaluate(chosen.suite, save=chosen.save, console=Console(stderr=chosen.json))
    except VerbatimError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if chosen.json:
        sys.stdout.write(report.to_json() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
