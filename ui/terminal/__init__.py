"""The terminal command ``verbatim``."""

from ui.terminal.commands import command, main

__all__ = ["command", "main"]
