"""llama.cpp itself, in this process and as a server, with models of a few thousand weights that are made here.

One model's weights are set by hand, so that it writes sentences that are known; the other's are random. That shows that
the code runs, from the file to the checked sentence. How well a real model writes it does not show.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from evals.studies.standins import write_gguf
from qa.types import Written
from qa.write import LLMWriter, Patience, Proof, WriterError, open_writer, written_out
from tests.qa.test_write import ANSWER, BRIDGE
from tests.support.checking import checker

pytest.importorskip("gguf")
xllamacpp = pytest.importorskip("xllamacpp")

ROOT = Path(__file__).parents[2]
SAYS = (
    '{"sentences": [{"text": "The new bridge',
    ' cost 2.4 million euros.", "evid',
    'ence": [1]}, {"text": "It opened',
    ' in May 2019.", "evidence": ',
    "[2]}]}",
)


@pytest.fixture(autouse=True)
def one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """llama.cpp's threads wait for each other busily, which on a busy machine takes far longer than one alone."""
    monkeypatch.setattr("qa.write.llamacpp.cores", lambda: 1)


@pytest.fixture(scope="module")
def says(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_gguf(tmp_path_factory.mktemp("models") / "says.gguf", SAYS)


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_gguf(tmp_path_factory.mktemp("models") / "noise.gguf", seed=7)


@pytest.fixture(scope="module")
def address(says: Path) -> Iterator[str]:
    """A llama-server over HTTP."""
    settings = xllamacpp.CommonParams()
    settings.model.path = str(says)
    settings.n_ctx = 4096
    settings.hostnames = ["127.0.0.1"]
    settings.port = 0
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = settings.n_threads_http = 1
    settings.warmup = False
    settings.verbosity = -1
    server = xllamacpp.Server(settings)
    yield server.listening_address
    del server


def checked(written: Written | None) -> list[tuple[str, bool]]:
    assert written
    return [(sentence.text, sentence.holds) for sentence in written.sentences]


WRITTEN = [(BRIDGE, True), ("It opened in May 2019.", False)]


def test_in_this_process(says: Path) -> None:
    writer = open_writer(f"llama-cpp:{says}")
    assert writer.name == "says"
    steps = list(written_out(ANSWER, writer, checker()))
    assert checked(steps[-1].written) == WRITTEN
    assert steps[-1].text == f"{BRIDGE} [1]"
    assert steps[-1].written
    assert "2019" in steps[-1].written.sentences[1].reasons[0]
    again = list(written_out(ANSWER, writer, checker()))
    assert again[-1].written == steps[-1].written


def test_it_streams(says: Path) -> None:
    writer = open_writer(f"llama-cpp:{says}")
    assert list(writer.write("Q?", [Proof(1, BRIDGE), Proof(2, BRIDGE)])) == list(SAYS)


def test_as_a_server(address: str) -> None:
    *_, last = written_out(ANSWER, open_writer(f"openai-like:{address}/v1#says"), checker())
    assert checked(last.written) == WRITTEN
    assert last.written
    assert last.written.note == ""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_port_is_opened_in_this_process(says: Path) -> None:
    def ports() -> set[str]:
        own = {file.readlink().name for file in Path("/proc/self/fd").iterdir() if file.is_symlink()}
        lines = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()]
        return {line[1] for line in lines if line[3] == "0A" and f"socket:[{line[9]}]" in own}

    before = ports()
    with socket.create_server(("127.0.0.1", 0)):
        assert len(ports() - before) == 1  # one would be seen
    assert list(open_writer(f"llama-cpp:{says}").write("Q?", [Proof(1, BRIDGE), Proof(2, BRIDGE)]))
    assert ports() == before


def test_noise_has_the_form_that_it_is_held_to_and_never_holds(tmp_path: Path) -> None:
    """Of models of noise some write sentences, some none, some find no end; nothing of it is kept."""
    came, answer = set(), replace(ANSWER, citations=ANSWER.citations[:1])
    for seed in range(20):  # which of them does what changes with every word that they are told
        writer = open_writer(f"llama-cpp:{write_gguf(tmp_path / f'{seed}.gguf', seed=seed)}")
        text, end = "", ""
        try:
            for piece in writer.write(answer.question, [Proof(1, BRIDGE)]):
                text += piece
        except WriterError as error:
            end = str(error)
        *_, last = written_out(answer, writer, checker(), Patience(first=20, in_all=20))
        assert last.written
        assert not last.written.text
        assert last.written.note.endswith("The quotations are the answer.")
        assert last.text == answer.quoted
        if end:
            assert f"{seed} broke off: {end}" in last.written.note
        else:
            for sentence in json.loads(text)["sentences"]:
                assert set(sentence) == {"text", "evidence"}
                assert set(sentence["evidence"]) <= {1}
        came.add("cut off" if end else "struck" if last.written.sentences else "nothing")
        if seed >= 5 and {"cut off", "struck"} <= came:
            return
    pytest.fail(f"of 20 models all did one of {came}")


def test_it_stops_when_nobody_listens_any_more(noise: Path) -> None:
    from qa.write.llamacpp import THREAD_NAME, LlamaCpp

    def is_running() -> bool:
        return any(thread.name == THREAD_NAME for thread in threading.enumerate())

    writer = LLMWriter(LlamaCpp(path=str(noise), max_tokens=3000))  # without a form it does not end
    pieces = writer.write("Q?", [Proof(1, BRIDGE)])
    next(pieces)
    pieces.close()
    until = time.monotonic() + 5
    while is_running() and time.monotonic() < until:
        time.sleep(0.01)
    assert not is_running()


def test_several_at_once_wait_for_each_other(says: Path) -> None:
    writer = open_writer(f"llama-cpp:{says}")
    said: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: said.append(list(writer.write("Q?", [Proof(1, BRIDGE), Proof(2, BRIDGE)]))))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert said == [list(SAYS)] * 3


def test_a_file_that_llama_cpp_cannot_read(says: Path, tmp_path: Path) -> None:
    for name, data in (("empty.gguf", b""), ("text.gguf", b"hello"), ("cut.gguf", says.read_bytes()[:5000])):
        broken = tmp_path / name
        broken.write_bytes(data)
        with pytest.raises(WriterError, match=name):
            list(open_writer(f"llama-cpp:{broken}").write("Q?", [Proof(1, BRIDGE)]))


def test_what_does_not_fit_is_said(says: Path) -> None:
    from qa.write.llamacpp import LlamaCpp

    writer = LLMWriter(LlamaCpp(path=str(says), context_window=1600))
    with pytest.raises(WriterError, match="longer than what it can read"):
        list(writer.write("Q?", [Proof(1, "word " * 500)]))
    with pytest.raises(WriterError, match=r"llama\.cpp: .*context"):
        list(LlamaCpp(path=str(says), context_window=300).stream_complete("word " * 500))


@pytest.mark.parametrize("moment", ["it is asked", "it is loaded", "it has begun", "it writes"])
def test_the_process_ends_while(moment: str, noise: Path) -> None:
    """Whenever that is, with the exit status of the program: a thread inside of C++ would abort it."""
    code = f"""
import sys, threading, time
from qa.write import LLMWriter, written_out
from qa.write.llamacpp import THREAD_NAME, LlamaCpp
from tests.qa.test_write import ANSWER

model = LlamaCpp(path={str(noise)!r}, max_tokens=3000)
came = threading.Event()

class Writer:
    name = "noise"

    def write(self, question, evidence):
        for piece in LLMWriter(model).write(question, evidence):
            came.set()
            yield piece

threading.Thread(target=list, args=(written_out(ANSWER, Writer(), checker=None),), daemon=True).start()
moments = {{
    "it is asked": lambda: True,
    "it is loaded": lambda: model._server,
    "it has begun": lambda: any(thread.name == THREAD_NAME for thread in threading.enumerate()),
    "it writes": came.is_set,
}}
while not moments[{moment!r}]():
    time.sleep(0.001)
sys.exit(7)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        env=dict(os.environ),
        check=False,
    )
    assert (done.returncode, done.stderr) == (7, "")
