"""The two faces of Verbatim: the web chat and the terminal command.

Importing this package settles the environment that Gradio reads once, when it is first imported, so it must
come before Gradio: no usage statistics and no request for its newest version leave the machine. And before every event
Gradio asks matplotlib, which it finds among our libraries, what it draws on: said here, nothing is loaded to find out.
"""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ.setdefault("MPLBACKEND", "agg")
