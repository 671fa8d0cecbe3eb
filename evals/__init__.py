"""Is the answer right, and is every citation right? No model is the judge.

The import is cheap: numpy and scipy are loaded when a report is summed up, torch and Chroma when Verbatim
itself is judged. `run` is bound here on purpose, over the module of the same name:
``evals.run(suite)``.
"""

from evals.folder import load_suite
from evals.results import Report
from evals.run import run
from evals.suite import Suite
from evals.systems import Quote, Said

__all__ = ["Quote", "Report", "Said", "Suite", "load_suite", "run"]
