"""Formulas as a line of text: what they show by their layout becomes a sign, or they would say something else.

1 above 2 is 1/2 and no 12, 10 with a raised 6 is 10^6 and no 106; several terms above or below a line are in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from index.formats.package import UNSEEN, Element, local, values

_SEVERAL = re.compile(r".[-+−–±∓=<>≤≥·×⋅∗*/ ,]")  # terms: a sign before the first makes no second
_FRACTION = re.compile(r"\d+/")
_BIG_SIGNS = frozenset("∑∏∐∫∬∭∮⋃⋂")  # what stands below one is no index of it
_ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}  # by their degrees


def office_formula(element: Element) -> str:
    """Return the text of a formula in an Office file."""
    if local(element) == "t":
        return element.text or ""
    seen = (child for child in element if local(child) not in UNSEEN and not local(child).endswith("Pr"))
    parts = [(local(child), office_formula(child)) for child in seen]
    return written(local(element), parts, values(element, f"{local(element)}Pr"))


def written(kind: str, parts: Sequence[tuple[str, str]], marks: Mapping[str, str | None]) -> str:
    """Write one part of a formula on a line, from the parts in it. All names are those of Office: "f" is a fraction."""
    held = dict(parts)
    base, below, above = (held.get(name, "") for name in ("e", "sub", "sup"))
    texts = [text for _, text in parts]
    if kind == "f":
        line = f"{_one(held.get('num', ''))}/{_one(held.get('den', ''))}"
    elif kind == "rad":
        degree, of = held.get("deg", ""), "".join(text for name, text in parts if name != "deg")
        line = _ROOTS.get(degree, f"√[{degree}]") + _one(of)
    elif kind == "nary":
        line = _with_limits(marks.get("chr", "∫") or "", below, above) + base
    elif kind in ("sSub", "sSup", "sSubSup"):
        line = _with_limits(base, below, above) if base in _BIG_SIGNS else base + below + _after("^", above)
    elif kind in ("limLow", "limUpp"):
        line = base + _after("_" if kind == "limLow" else "^", held.get("lim", ""))
    elif kind == "d":
        line = (marks.get("sepChr", "|") or "").join(texts)
        line = f"{marks.get('begChr', '(') or ''}{line}{marks.get('endChr', ')') or ''}"
    elif kind in ("func", "mr"):
        line = " ".join(texts)
    elif kind in ("m", "eqArr"):
        line = "; ".join(texts)
    else:
        line = ""
        for text in texts:
            line += f" {text}" if line[-1:].isdigit() and _FRACTION.match(text) else text  # 2 and 1/2 are no 21/2
    return line


def _with_limits(sign: str, below: str, above: str) -> str:
    limits = _after("_", below) + _after("^", above)
    return f"{sign}{limits} " if limits else sign


def _after(mark: str, text: str) -> str:
    return mark + _one(text) if text else ""


def _one(text: str) -> str:
    """Put several terms in brackets, if they are not."""
    is_in_brackets = text.startswith("(") and text.find(")") == len(text) - 1
    return f"({text})" if _SEVERAL.search(text) and not is_in_brackets else text
