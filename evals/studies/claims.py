"""Measures the checker of claims: what it strikes that is not supported, and what it strikes that is.

    python -m evals.studies.claims --data DEV            # the halves that are for choosing, of the development sets
    python -m evals.studies.claims --data DEV --half report --suites
    python -m evals.studies.claims --data DEV --fit      # the constants of `qa/check/support.py`

Two sorts of claims are checked. *Made* ones, of the texts of development sets and of the built-in suites: true ones in
other forms, and false ones of one altered thing (`evals.make.claims`). And those of sets, which *people* wrote or
judged: `claims_fm2`, `claims_snli_cad`, `claims_begin_wow`, `claims_climate_fever`, `claims_wice`. Of each kind it
prints the share that is struck, with its interval; of both sorts the AUROC of the support, beside those of two plain
baselines: the share of the claim's words that the evidence holds, and the cosine of the encoder.
"""

from __future__ import annotations

import gzip
import json
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from evals import metrics
from evals.folder import load_suite
from evals.make.claims import TRUE, Claim, make_claims
from evals.make.corpus import digest
from evals.sets import Half, half_of, load_set
from index.embed import Encoder, open_encoder
from index.lexical import terms
from qa.check import Checker, Verdict
from qa.check.rules import broken_rules
from qa.check.support import CALIBRATION, WITHOUT_READER

TEXTS = (
    "newsqa",
    "squadshifts_new_wiki",
    "squadshifts_reddit",
    "squadshifts_amazon",
    "covidqa",
    "squad20",
    "fairytaleqa",
)
"""Development sets of whose texts claims are made."""

SUITES = ("gazette", "handbook", "seed", "talks")

PEOPLE = ("claims_fm2", "claims_snli_cad", "claims_begin_wow", "claims_climate_fever", "claims_wice")

DOCUMENTS = 60
"""Of each set so many documents are used."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim, and what the checker and the baselines said of it."""

    kind: str
    holds: bool
    claim: Claim
    verdict: Verdict
    overlap: float
    cosine: float
    seconds: float

    @property
    def struck(self) -> bool:
        """Whether the checker says that it does not hold."""
        return not self.verdict.holds


def made(data: Path, half: Half, most: int, seed: int) -> Iterator[tuple[str, list[Claim]]]:
    """Yield the claims made of the texts of each development set."""
    for name in TEXTS:
        suite = load_set(data / f"{name}.jsonl.gz")
        names = sorted(suite.documents, key=lambda document: digest(seed, document))
        chosen = [one for one in names if half_of(digest(one)) == half][:DOCUMENTS]
        questions = [one for one in suite.questions if one.evidence and one.evidence[0][0].document in chosen]
        yield name, make_claims({one: suite.documents[one] for one in chosen}, questions, most=most, seed=seed)


def made_of_suites(most: int, seed: int) -> list[Claim]:
    """Return the claims made of the built-in suites."""
    return [
        claim
        for suite in map(load_suite, SUITES)
        for claim in make_claims(suite.documents, suite.questions, most=most, seed=seed)
    ]


def of_people(data: Path, half: Half, most: int, seed: int) -> Iterator[tuple[str, list[tuple[str, Claim]]]]:
    """Yield the claims of each set that people wrote or judged, each with its label."""
    for name in PEOPLE:
        with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            rows = [row for row in map(json.loads, lines) if half_of(row["id"]) == half]
        rows.sort(key=lambda row: digest(seed, row["id"]))
        yield (
            name,
            [
                (row["label"], Claim(row["id"], "shortened", row["claim"], (row["evidence_text"],)))
                for row in rows[:most]
            ],
        )


def check(checker: Checker, encoder: Encoder, claim: Claim, *, kind: str, holds: bool) -> Checked:
    """Return what the checker and the baselines say of a claim."""
    began = time.perf_counter()
    verdict = checker.check(claim.claim, claim.evidence, context=claim.context)
    seconds = time.perf_counter() - began
    evidence = " ".join(claim.evidence)
    said = set(terms(claim.claim))
    overlap = len(said & set(terms(evidence))) / len(said) if said else 0.0
    one, other = (encoder.encode([text])[0] for text in (claim.claim, evidence))
    return Checked(kind, holds, claim, verdict, overlap, float(one @ other), seconds)


# ---- what the support is made of ----


FITTED_PEOPLE = PEOPLE[:3]
"""The sets of people that the support is fitted on, too; the others may only be measured."""

MADE_SHARE = 2 / 3
"""How much the made claims weigh beside those of people."""


def fit(data: Path, most: int, seed: int) -> None:
    """Fit the support on the choosing halves, with the reader and without; print what each threshold would strike."""
    from sklearn.linear_model import LogisticRegression

    checker = Checker()
    labelled: list[tuple[str, str, bool, Claim]] = [
        (name, one.kind, one.holds, one) for name, claims in made(data, "choose", most, seed) for one in claims
    ]
    labelled += [
        (name, label, label == "supports", one)
        for name, rows in of_people(data, "choose", 10 * most, seed)
        for label, one in rows
        if name in FITTED_PEOPLE
    ]
    features = [_features(checker, one) for _, _, _, one in labelled]
    holds = [holds for _, _, holds, _ in labelled]
    is_made = [name in TEXTS for name, _, _, _ in labelled]
    share = {True: MADE_SHARE / sum(is_made), False: (1 - MADE_SHARE) / (len(is_made) - sum(is_made))}
    weights = [share[one] * len(is_made) for one in is_made]
    for calibration in (CALIBRATION, WITHOUT_READER):
        names = list(calibration.weights)
        table = [[one[name] for name in names] for one in features]
        model = LogisticRegression(C=100, max_iter=5_000).fit(table, holds, sample_weight=weights)
        slopes = dict(zip(names, model.coef_[0].round(2).tolist(), strict=True))
        typer.echo(f"intercept {model.intercept_[0]:.2f}, weights {slopes}")
        chances = model.predict_proba(table)[:, 1]
        for threshold in (0.15, 0.2, 0.25, 0.3, 0.35, 0.4):
            struck: dict[str, list[float]] = {}
            for (_, kind, _, _), one, chance in zip(labelled, features, chances, strict=True):
                struck.setdefault(kind, []).append(float(one["broken"] or not one["best"] or chance < threshold))
            shares = {kind: round(statistics.fmean(found), 3) for kind, found in struck.items()}
            typer.echo(f"  {threshold}: true ones made {statistics.fmean(shares[kind] for kind in TRUE):.3f}; {shares}")


def _features(checker: Checker, claim: Claim) -> dict[str, float]:
    evidence, context = "\n".join(claim.evidence), "\n".join(claim.context)
    return checker.features(claim.claim, evidence, broken=bool(broken_rules(claim.claim, evidence, context)))


# ---- what is printed ---------------------------------------------------------------------------------------------


def report(title: str, checked: Sequence[Checked]) -> None:
    """Print the share struck of each kind, and how well support and the baselines tell true from false."""
    typer.echo(f"\n{title}  n={len(checked)}")
    for kind in dict.fromkeys(one.kind for one in checked):
        rows = [one for one in checked if one.kind == kind]
        is_true = "true " if rows[0].holds else "false"
        typer.echo(f"  {is_true} {kind:18} struck {_share(rows)}")
    true, false = ([one for one in checked if one.holds is holds] for holds in (True, False))
    typer.echo(f"  true, all                struck {_share(true)}")
    typer.echo(f"  false, all               struck {_share(false)}")
    kept, struck = ([one for one in checked if one.struck is strike] for strike in (False, True))
    typer.echo(f"  of what is kept, true    {_said(metrics.mean, [[float(one.holds)] for one in kept])}")
    typer.echo(f"  of what is struck, false {_said(metrics.mean, [[float(not one.holds)] for one in struck])}")
    scores: dict[str, Callable[[Checked], float]] = {
        "support": lambda one: one.verdict.support,
        "overlap": lambda one: one.overlap,
        "cosine": lambda one: one.cosine,
    }
    for name, score in scores.items():
        pairs = [[score(one), float(one.holds)] for one in checked]
        typer.echo(f"  AUROC of {name:8}        {_said(metrics.auroc, pairs)}")
    error = metrics.calibration_error([one.verdict.support for one in checked], [float(one.holds) for one in checked])
    typer.echo(f"  calibration error of support {error:.3f}")


def _share(rows: Sequence[Checked]) -> str:
    return _said(metrics.mean, [[float(one.struck)] for one in rows])


def _said(statistic: metrics.Statistic, rows: Sequence[Sequence[float]]) -> str:
    found = metrics.estimate(statistic, rows, seed=0)
    if found.value is None:
        return f"none (n={found.n})"
    if found.low is None or found.high is None:  # of one claim there is no interval
        return f"{found.value:.3f} (n={found.n})"
    return f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f}, n={found.n})"


def main(  # noqa: PLR0917 - each is an option of the command
    data: Annotated[Path, typer.Option(help="The folder with the development sets.")],
    half: Annotated[Half, typer.Option(help="Which half of the sets.")] = "choose",
    most: Annotated[
        int, typer.Option(help="Claims of a kind and set, at most; of a set of people ten times as many.")
    ] = 40,
    seed: int = 0,
    suites: Annotated[bool, typer.Option("--suites", help="The built-in suites, too: look once.")] = False,
    just_fit: Annotated[bool, typer.Option("--fit", help="Fit the support on the choosing halves.")] = False,
    show: Annotated[int, typer.Option(help="Print so many of each kind that went wrong.")] = 0,
) -> None:
    """Measure the checker."""
    if just_fit:
        fit(data, most, seed)
        return
    checker, encoder = Checker(), open_encoder(None)
    of_sets = [one for _, claims in made(data, half, most, seed) for one in claims]
    found = [check(checker, encoder, one, kind=one.kind, holds=one.holds) for one in of_sets]
    report("made of development sets", found)
    _show(found, show)
    if suites:
        rows = [check(checker, encoder, one, kind=one.kind, holds=one.holds) for one in made_of_suites(most, seed)]
        report("made of the built-in suites", rows)
        found += rows
    for name, labelled in of_people(data, half, 10 * most, seed):
        rows = [check(checker, encoder, one, kind=label, holds=label == "supports") for label, one in labelled]
        report(f"written or judged by people: {name}", rows)
        _show(rows, show)
        found += rows
    times = sorted(one.seconds for one in found)
    middle, most_take = (1000 * times[len(times) * percent // 100] for percent in (50, 95))
    typer.echo(f"\na claim takes {middle:.1f} ms (p50), {most_take:.1f} (p95)")


def _show(checked: Iterable[Checked], most: int) -> None:
    shown: dict[str, int] = {}
    for one in checked:
        if one.holds == one.struck and shown.setdefault(one.kind, 0) < most:
            shown[one.kind] += 1
            typer.echo(f"    {one.kind}: {one.claim.claim!r} cites {' '.join(one.claim.evidence)!r}: {one.verdict}")


if __name__ == "__main__":
    typer.run(main)
