"""Lets the reader read the development sets, fits what its scores are worth, and says how well it reads.

    python -m evals.studies.fit collect --data DEV --to FOLDER  # every sentence's features, one file a set
    python -m evals.studies.fit show FOLDER                     # fits on the halves for choosing, reports on the others

Beside the development sets, whose questions are mostly made of their passages' words and half of which nothing answers,
it reads questions written as people ask of a few documents of their own, which no training has seen (`UNSEEN`).

`show` prints the constants of `qa.read`, then one line a task.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from scipy.special import expit, logsumexp, softmax

from evals import metrics
from evals.metrics import stated_facts
from evals.results import Cited
from evals.run import VerbatimSystem
from evals.sets import HALVES, half_of, load_set, load_written
from evals.suite import Question, Suite
from qa.answer import TOP_K
from qa.cite import MAX_CITATIONS, NEAR_SCORE
from qa.copies import Said, said_once
from qa.train.written import FOLDER
from qa.types import Evidence

LEANING = ("newsqa", "squadshifts_new_wiki", "squadshifts_reddit", "squadshifts_amazon", "fairytaleqa")
"""Sets whose questions often lean on their document; in open corpus only those that stand alone are read."""
OPEN = (*LEANING, "squad20", "clapnq", "wikiqa", "trecqa", "selqa", "covidqa")
GIVEN = ("squadshifts_new_wiki", "squadshifts_reddit", "squadshifts_amazon", "squad20", "clapnq", "trecqa", "selqa")
NEAR = ("newsqa", "squadshifts_new_wiki", "squadshifts_reddit", "squadshifts_amazon", "fairytaleqa", "selqa")
"""Sets enough of whose questions have a twin with a term swapped."""
HARD = ("squad20#given", "clapnq#given")
"""Sets with questions written to have no answer in the very passage that they are asked of."""
UNSEEN: Mapping[str, int] = {
    "office": 12, "search": 12, "encyclopedia": 12, "news": 12, "reviews": 1, "forum": 1,
    "tables": 12, "clauses": 12, "help": 12, "records": 12, "asked": 12, "roles": 12,
    "cases": 12,
}  # fmt: skip
"""Sets of ``qa/train/written/unseen``, and of how many documents together each question is asked. A review or a post
is read alone: "Why was it returned?"."""
TASKS = (
    *OPEN,
    *(f"{name}#given" for name in GIVEN),
    *(f"{name}#near" for name in NEAR),
    *(f"{name}#unseen" for name in UNSEEN),
)

command = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False)


@command.command()
def collect(  # noqa: PLR0917 - each is an option of the command
    data: Annotated[Path, typer.Option(help="The folder with the sets, NAME.jsonl.gz.")],
    to: Annotated[Path, typer.Option(help="The folder for the features, and for the stores of the documents.")],
    reader: Annotated[str, typer.Option(help="A folder of weights, or a name in the hub's cache.")] = "",
    sample: Annotated[int, typer.Option(help="Questions a set and half.")] = 150,
    seed: int = 0,
    only: Annotated[str, typer.Option(help="Tasks to read, like newsqa or newsqa#near, by commas.")] = "",
) -> None:
    """Read, and keep each sentence's features."""
    from index import Index
    from qa.model import SHIPPED, load_model
    from qa.read import ModelReader

    model = load_model(reader or SHIPPED)
    to.mkdir(parents=True, exist_ok=True)
    for name in only.split(",") if only else TASKS:
        suites = list(_suites(data, name, sample, seed))
        store = to / "stores" / name.removesuffix("#given").removesuffix("#near")
        with Index.open(store) as index, (to / f"{name}.jsonl").open("w") as lines:
            index.add(suites[0].sources())  # a store of a run that was stopped may lack some
            system = VerbatimSystem(index, suites[0])
            read = ModelReader(model, index).read
            for suite in suites:
                for question in suite.questions:
                    hits = index.search(question.question, top_k=TOP_K, documents=system.ids(suite.asked(question)))
                    row = _row(suite, question, read(question.question, hits))
                    lines.write(json.dumps(row) + "\n")
        typer.echo(f"{name}: {sum(len(suite.questions) for suite in suites)} questions")


def _suites(data: Path, task: str, sample: int, seed: int) -> Iterator[Suite]:
    """Give the suites of a task, over the same documents: both halves together hold twice the sample."""
    name, _, kind = task.partition("#")
    if kind == "unseen":
        yield load_written(FOLDER / "unseen" / f"{name}.txt", together=UNSEEN[name], sample=2 * sample, seed=seed)
        return
    path, given, near = data / f"{name}.jsonl.gz", kind == "given", kind == "near"
    for half in HALVES:
        yield load_set(
            path, given=given, near=near, half=half, sample=sample, seed=seed, stand_alone=task in LEANING
        )  # fmt: skip


def _row(suite: Suite, question: Question, evidence: Iterable[Evidence]) -> dict[str, Any]:
    """Return a question and the sentences read for it, best first, with the facts that each states."""
    return {
        "id": question.id,
        "question": question.question,
        "half": half_of(question.id.partition("~")[0]),
        "answerable": question.answerable,
        "answers": list(question.answers),
        "facts": len(question.evidence),
        "evidence": [_sentence(item, suite, question) for item in evidence],
    }


def _sentence(item: Evidence, suite: Suite, question: Question) -> dict[str, Any]:
    cited = Cited(
        suite.document_name(item.hit.source) or "", item.sentence.start, item.sentence.end, item.text, "verbatim"
    )
    return {
        "features": {name: round(value, 4) for name, value in item.features.items()},
        "states": sorted(stated_facts(cited, question.evidence, question.answers)),
        "short": item.short or item.text,
        "text": item.text,
        "document": item.hit.passage.document_id,
    }


# ---- fit -----------------------------------------------------------------------------------------

RANKING = ("sentence", "span", "passage", "search", "overlap", "cosine")
FEATURES = (*RANKING, "told", "beside")
CONFIDENCE = ("sentence", "span", "passage", "search", "cosine", "told", "lead")
"""Not the share of words: where nothing answers, near misses share most. With it AUROC was 0.01 higher on
these sets and 0.01 to 0.03 lower on the built-in suites, most of whose unanswerable questions are near misses."""

SHARES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
"""Shares of wrong answers among those given for which `show` finds the least confidence."""

DENIALS = (0.05, 0.07, 0.1, 0.15, 0.2)
"""Confidences below which a refusal could say that the documents do not say, for `show` to tell how often they do."""

PENALTY = 1e-3


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was read: a row of features for each sentence, and which of them state a needed fact."""

    task: str
    half: str
    answerable: bool
    facts: int
    answers: tuple[str, ...]
    features: Mapping[str, NDArray[np.float64]]
    states: tuple[frozenset[int], ...]
    texts: tuple[str, ...]
    documents: tuple[str, ...]
    shorts: tuple[str, ...]

    def scores(self, weights: Mapping[str, float]) -> NDArray[np.float64]:
        """Return each sentence's score; what stands beside it counts as it is, whatever the weights."""
        weighed = (self.features[name] * weight for name, weight in weights.items() if name != "beside")
        return sum(weighed, self.features["beside"])


def load(folder: Path) -> list[Asked]:
    """Read what `collect` wrote."""
    found = []
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text().splitlines():
            row = json.loads(line)
            evidence = row["evidence"]
            features = {name: np.array([one["features"].get(name, 0.0) for one in evidence]) for name in FEATURES}
            found.append(
                Asked(
                    file.stem, row["half"], row["answerable"], row["facts"], tuple(row["answers"]), features,
                    tuple(frozenset(one["states"]) for one in evidence), tuple(one["text"] for one in evidence),
                    tuple(one["document"] for one in evidence), tuple(one["short"] for one in evidence),
                )
            )  # fmt: skip
    return found


def fit_ranking(asked: Sequence[Asked], names: Sequence[str] = RANKING) -> dict[str, float]:
    """Return the weights under which a right sentence has the largest share of a softmax over all those read.

    Only questions with a right sentence among those read can say anything. Every task weighs the same.
    """
    from scipy.optimize import minimize

    usable = [one for one in asked if any(one.states)]
    tables = [np.stack([one.features[name] for name in names], axis=1) for one in usable]
    right = [np.array([bool(states) for states in one.states]) for one in usable]
    counts = Counter(one.task for one in usable)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Return what is to be least, and its slope."""
        total, slope = PENALTY * float(weights @ weights), 2 * PENALTY * weights
        for one, table, mask in zip(usable, tables, right, strict=True):
            scores = table @ weights + one.features["beside"]
            share = 1 / counts[one.task] / len(counts)
            total += (logsumexp(scores) - logsumexp(scores[mask])) * share
            slope = slope + (softmax(scores) @ table - softmax(scores[mask]) @ table[mask]) * share
        return total, slope

    found = minimize(loss, np.ones(len(names)), jac=True)
    return {name: round(float(weight), 2) for name, weight in zip(names, found.x, strict=True)}


def confidence_table(asked: Sequence[Asked], weights: Mapping[str, float]) -> NDArray[np.float64]:
    """Return the features of each question's first sentence, in the order of `CONFIDENCE`."""
    rows = []
    for one in asked:
        if not one.states:
            rows.append([0.0] * len(CONFIDENCE))
            continue
        scores = one.scores(weights)
        first = int(np.argmax(scores))
        values = {name: one.features[name][first] for name in FEATURES}
        order = np.argsort(-scores, kind="stable")
        columns = (one.texts, one.documents, one.shorts, scores.tolist())
        kept = order[said_once([Said(*(column[place] for column in columns)) for place in order])]
        values["lead"] = 1 / np.exp(scores[kept] - scores[first]).sum()
        rows.append([values[name] for name in CONFIDENCE])
    return np.array(rows)


@dataclass(frozen=True, slots=True)
class Confidence:
    """A fitted `qa.abstain.Calibration`: only features that speak for an answer, none that would count against one."""

    intercept: float
    weights: Mapping[str, float]

    def chances(self, asked: Sequence[Asked], weights: Mapping[str, float]) -> NDArray[np.float64]:
        """Return the chance, for each question, that its first sentence answers."""
        table = confidence_table(asked, weights)
        places = [CONFIDENCE.index(name) for name in self.weights]
        found: NDArray[np.float64] = expit(self.intercept + table[:, places] @ np.array(list(self.weights.values())))
        return found


def fit_confidence(asked: Sequence[Asked], weights: Mapping[str, float]) -> Confidence:
    """Fit the chance that the first sentence is right. Every task weighs the same.

    A feature whose weight comes out below zero is left out: it could only make a better match look worse.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    table, right = confidence_table(asked, weights), labels(asked, weights)
    counts = Counter(one.task for one in asked)
    each = [len(asked) / counts[one.task] / len(counts) for one in asked]
    names = list(CONFIDENCE)
    while True:
        columns = table[:, [CONFIDENCE.index(name) for name in names]]
        scale = StandardScaler().fit(columns)
        model = LogisticRegression(C=1.0).fit(scale.transform(columns), right, sample_weight=each)
        slopes = model.coef_[0] / scale.scale_
        if (slopes > 0).all():
            intercept = float(model.intercept_[0] - slopes @ scale.mean_)
            return Confidence(round(intercept, 2), dict(zip(names, slopes.round(2).tolist(), strict=True)))
        del names[int(np.argmin(model.coef_[0]))]


def labels(asked: Sequence[Asked], weights: Mapping[str, float]) -> NDArray[np.bool_]:
    """Return, for each question, whether its first sentence states what was asked."""
    return np.array([bool(one.states) and bool(one.states[int(np.argmax(one.scores(weights)))]) for one in asked])


@command.command()
def show(folder: Path) -> None:
    """Fit on the choosing halves and report on the others."""
    asked = load(folder)
    choose = [one for one in asked if one.half == "choose"]
    report = [one for one in asked if one.half == "report"]
    mixed = [one for one in choose if _is_mixed(one.task)]
    weights = fit_ranking(choose)
    typer.echo(f"ranking {weights}")
    for alone in RANKING:
        typer.echo(f"  {alone} alone: {right_first(report, {alone: 1.0})}")
    typer.echo(f"  all: {right_first(report, weights)}")
    for left_out in RANKING:
        fewer = fit_ranking(choose, [name for name in RANKING if name != left_out])
        typer.echo(f"  without {left_out}: {right_first(report, fewer)}")
    confidence = fit_confidence(mixed, weights)
    typer.echo(f"confidence {confidence}")
    limits = thresholds(confidence.chances(mixed, weights), labels(mixed, weights))
    for name, some in (("choose", mixed), ("report", [one for one in report if _is_mixed(one.task)])):
        chances, truth = confidence.chances(some, weights), labels(some, weights)
        for share, limit in limits.items():
            given_here = chances >= limit
            errors = 1 - truth[given_here].mean() if given_here.any() else float("nan")
            typer.echo(
                f"{name}: for {share:.0%} wrong, confidence {limit}: {errors:.1%} wrong, "
                f"{given_here[truth].mean():.1%} of the right ones given"
            )
        answerable = np.array([one.answerable for one in some])
        for least in DENIALS:
            denied = chances < least
            typer.echo(
                f"{name}: below {least} {denied.sum()} questions, {answerable[denied].mean():.1%} of them answerable"
            )
        for task in [*sorted({one.task for one in some}), ""]:
            own = np.array([not task or one.task == task for one in some])
            here = answerable[own]
            auroc = metrics.auroc(chances[own], here) if len(set(here)) > 1 else float("nan")
            typer.echo(
                f"{name} {task or 'all':22} n {own.sum():5} answerable {here.mean():.2f} AUROC {auroc:.3f} "
                f"cov95 {metrics.coverage_at_precision(chances[own], truth[own]):.3f} (of {truth[own].mean():.3f}) "
                f"ECE {metrics.calibration_error(chances[own], truth[own]):.3f}"
            )
    given(report, weights)
    sweep(choose, weights)


def _is_mixed(task: str) -> bool:
    """Whether some of the task's questions have no answer, so that confidence can be learned from it."""
    return not task.endswith("#given") or task in HARD


def chosen(one: Asked, weights: Mapping[str, float], near: float) -> list[int]:
    """Return the places of the sentences that would be cited: the first, and those nearly as good."""
    scores = one.scores(weights)
    order = [int(place) for place in np.argsort(-scores, kind="stable")[:MAX_CITATIONS]]
    return [place for place in order if scores[place] >= scores[order[0]] - near]


def sweep(asked: Sequence[Asked], weights: Mapping[str, float]) -> None:
    """Print the mean citation F1 of the answerable questions for each way to choose how many sentences to cite."""
    for near in (0.0, 0.3, 0.6, 1.0, 1.5, 2.0, 3.0):
        found: dict[str, list[float]] = {}
        for one in asked:
            if one.answerable and one.states:
                found.setdefault(one.task, []).append(_sentence_f1(one, weights, near))
        means = {task: round(float(np.mean(values)), 3) for task, values in found.items()}
        typer.echo(f"near {near}: mean {np.mean(list(means.values())):.4f} {means}")


def thresholds(chances: NDArray[np.float64], right: NDArray[np.bool_]) -> dict[float, float]:
    """Return, for shares of wrong answers among those given, the least confidence that keeps to it."""
    order = np.argsort(-chances, kind="stable")
    errors = np.cumsum(~right[order]) / np.arange(1, len(order) + 1)
    found = {}
    for share in SHARES:
        kept = np.flatnonzero(errors <= share)
        found[share] = round(float(chances[order[kept[-1]]]), 3) if len(kept) else 1.0
    return found


def right_first(asked: Sequence[Asked], weights: Mapping[str, float]) -> dict[str, float]:
    """Return, for each task, how often the first sentence is right among its answerable questions."""
    found: dict[str, list[bool]] = {}
    for one, right in zip(asked, labels(asked, weights).tolist(), strict=True):
        if one.answerable:
            found.setdefault(one.task, []).append(right)
    means = {task: round(float(np.mean(values)), 3) for task, values in found.items()}
    return means | {"mean": round(float(np.mean(list(means.values()))), 3)}


def given(asked: Sequence[Asked], weights: Mapping[str, float]) -> None:
    """Print how the short answers do where the passage is given, or the sentences cited where a set has none."""
    for task in sorted({one.task for one in asked if one.task.endswith("#given")}):
        own = [one for one in asked if one.task == task and one.states]
        firsts = [int(np.argmax(one.scores(weights))) for one in own]
        answerable = np.array([one.answerable for one in own])
        sentences = np.array([_sentence_f1(one, weights, NEAR_SCORE) for one in own])
        line = f"{task:30} n {len(own)} F1 of the sentences {sentences[answerable].mean():.3f}"
        shorts = [(one.shorts[first], one.answers) for one, first in zip(own, firsts, strict=True)]
        pairs = [(short, answers) for short, answers in shorts if answers]
        if pairs:
            exact = np.mean([metrics.exact_match(short, answers) for short, answers in pairs])
            f1 = np.mean([metrics.token_f1(short, answers) for short, answers in pairs])
            line += f" EM {exact:.3f} F1 {f1:.3f}"
        if not answerable.all():
            spans = np.array([one.features["span"][first] for one, first in zip(own, firsts, strict=True)])
            each = np.array([metrics.token_f1(*pair) or 0.0 for pair in shorts]) if pairs else sentences
            line += f" {_with_refusals(spans, each, answerable)}"
        typer.echo(line)


def _sentence_f1(one: Asked, weights: Mapping[str, float], near: float) -> float:
    """Return the F1 of the sentences that would be cited; 0 where nothing answers."""
    stated = [one.states[place] for place in chosen(one, weights, near)]
    return metrics.citation_f1(stated, one.facts, refused=False)


def _with_refusals(spans: NDArray[np.float64], each: NDArray[np.float64], answerable: NDArray[np.bool_]) -> str:
    """Return SQuAD 2.0's best F1 over all thresholds of the span score, and AUROC."""
    best = max(np.mean(np.where(spans >= limit, each * answerable, ~answerable)) for limit in np.unique(spans))
    return f"best F1 {best:.3f} AUROC {metrics.auroc(spans.tolist(), answerable.tolist()):.3f}"


if __name__ == "__main__":
    command()
