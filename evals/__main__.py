"""``python -m evals SUITE``: the same as ``verbatim eval SUITE``."""

from evals.command import command, plain_errors

if __name__ == "__main__":
    with plain_errors():
        command(prog_name="python -m evals")
