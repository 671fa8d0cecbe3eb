"""What can be seen for certain: numbers, dates, names, negations and opposites that the evidence does not bear out."""

from __future__ import annotations

from qa.check.figures import unstated_figures
from qa.check.names import unmentioned_names
from qa.check.polarity import contradictions
from qa.check.slots import replaced


def broken_rules(claim: str, evidence: str, context: str = "") -> tuple[str, ...]:
    """Return why a claim does not follow from the evidence, a plain sentence for each reason; () where none is seen.

    The context may name whom a sentence means and tell the year of a date. It states no number, and denies nothing.
    """
    found = (
        *unstated_figures(claim, evidence, context),
        *unmentioned_names(claim, evidence, context),
        *replaced(claim, evidence, context),
        *contradictions(claim, evidence),
    )
    return tuple(dict.fromkeys(found))
