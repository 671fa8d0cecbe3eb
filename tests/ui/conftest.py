"""Gradio is loaded as the product loads it, before a test module imports it by itself."""

from ui.server.web import load_libraries

load_libraries()
