"""The terminal command ``verbatim``."""

__all__ = ["main"]


def main() -> None:
    """Run the command. Loading it takes a second, in which Ctrl-C ends it as quietly as later."""
    try:
        from ui.terminal.commands import main as run
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    run()
