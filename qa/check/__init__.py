"""Is a written sentence supported by the sentences that it cites? No other language model is asked.

Rules see what can be seen for certain: numbers, dates, names, negations, opposites. A small trained model sees the
rest.
"""

from qa.check.checker import Checker, Verdict

__all__ = ["Checker", "Verdict"]
