"""Files are read where they can do no harm: a broken or hostile one cannot crash, hang or fill the product.

    product --file--> worker --fork--> one limited child a file --text as JSON--> worker --checked--> product

One worker, a fresh interpreter, serves all files of a run. It has the readers imported, so that forking a child takes
a millisecond or two. The child may use so much computing time, memory and output, and no files and no network; whatever
becomes of it, the product gets `Content` or a `SourceError` that says why not.

Where processes cannot fork (Windows), each file gets a worker of its own, limited in time and output but not in memory.
"""

from __future__ import annotations

import atexit
import ctypes
import json
import logging
import os
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import import_module
from math import ceil
from threading import Lock, Timer
from typing import BinaryIO, NoReturn, cast

from index.errors import SourceError
from index.formats.content import Content, checked

COMPUTING_SECONDS = 10
"""The processor time that one file may take."""

WAITING_SECONDS = 12
"""The time by the clock that one file may take."""

UNHURRIED_BYTES = 250_000
"""A larger file with pages may take so long for each so many bytes: hundreds of pages are honest work."""

MOST_TIMES = 5
"""But never more than so many times as long."""

MEMORY_BYTES = 1_200_000_000
"""The address space of a child: 1 GB beside the 150 MB that a worker maps with the readers and their libraries."""

REPLY_BYTES = 300_000_000
"""More than a child need ever say: the longest text is 20 million characters, of up to 12 bytes each in JSON."""

PATIENCE_SECONDS = 10
"""So long after a file's time is up the product no longer believes that its worker is alive."""

FORKS = hasattr(os, "fork")

_RAN_OUT_OF_MEMORY, _REFUSED, _FAILED = 3, 4, 5  # how a child ends that has no content to give

_MEND = "it may be damaged; open it in its own program, save it anew and add it again"
_SPLIT = "split it and add the parts, or save it in a simpler format"

_NO_ANSWER = f"reading it ended without an answer; {_MEND}"
_SAYS_TOO_MUCH = f"it unpacks to more than {REPLY_BYTES / 1e6:.0f} MB; {_SPLIT}"

_ENDINGS = {
    0: "",
    _RAN_OUT_OF_MEMORY: f"reading it needed more than 1 GB of memory; {_SPLIT}",
    _FAILED: f"its reader can make no sense of it; {_MEND}",
}

_BOOTSTRAP = "import sys; sys.path[:] = sys.argv[2:]; from index.sandbox import serve; serve(sys.argv[1])"

_log = logging.getLogger(__name__)

Read = Callable[[bytes], Content | bytes]


@dataclass(frozen=True, slots=True)
class Used:
    """What reading one file took."""

    computing_seconds: float
    memory_bytes: int


# ---- the product's side -------------------------------------------------------------------------------------------


class Sandbox:
    """A worker that reads files, started when the first comes. Threads may share it. ``used`` is of the last file.

    ``formats`` names the module whose ``reader(suffix)`` gives the function that takes a file's bytes. What that makes
    of them is content or, for `make`, bytes of any kind.
    """

    def __init__(self, formats: str = "index.formats") -> None:
        self.used = Used(0, 0)
        self._formats = formats
        self._worker: subprocess.Popen[bytes] | None = None
        self._lock = Lock()

    def read(self, suffix: str, data: bytes, *, has_pages: bool = False) -> Content:
        """Read a file's bytes. Raises `SourceError`, and nothing else, if that fails in whatever way.

        A large one may take longer than a small one if it ``has_pages``.
        """
        reply = self._made(suffix, data, min(max(1, len(data) / UNHURRIED_BYTES), MOST_TIMES) if has_pages else 1)
        try:
            return checked(Content.from_bytes(reply))
        except ValueError as wrong:
            raise SourceError(f"its reader gave an answer that cannot be right ({wrong}); {_MEND}") from wrong

    def make(self, suffix: str, data: bytes) -> bytes:
        """Return the bytes that are made of a file's, which are not to be trusted. Raises like `read`."""
        return self._made(suffix, data, 1)

    def _made(self, suffix: str, data: bytes, times: float) -> bytes:
        with self._lock:
            error, reply = self._ask(suffix, data, times)
        if error:
            _log.debug("%s\n%s", error, reply.decode("utf-8", "replace"))
            raise SourceError(error)
        return reply

    def close(self) -> None:
        """End the worker. The next file starts another."""
        with self._lock:
            self._end()

    def _ask(self, suffix: str, data: bytes, times: float) -> tuple[str, bytes]:
        """Return why the file could not be read, or nothing, and what its reader says. Time is given so many times."""
        worker = self._running()
        requests, replies = cast(BinaryIO, worker.stdin), cast(BinaryIO, worker.stdout)
        watchdog = Timer(WAITING_SECONDS * times + (PATIENCE_SECONDS if FORKS else 0), worker.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            requests.write(json.dumps({"suffix": suffix, "size": len(data), "times": times}).encode() + b"\n")
            requests.write(data)
            requests.flush()
            header = json.loads(replies.readline())
            reply = replies.read(header["size"])
            self.used = Used(header["computing_seconds"], header["memory_bytes"])
        except (OSError, ValueError):  # it is no more, and with it what it was about to say
            self._end()
            return (_NO_ANSWER if watchdog.is_alive() else _took_more_than(WAITING_SECONDS * times)), b""
        except BaseException:  # an interrupt: what the worker is about to say would be taken for the next file's
            self._end()
            raise
        finally:
            watchdog.cancel()
        if not FORKS:
            self._end()
        return header["error"], reply

    def _running(self) -> subprocess.Popen[bytes]:
        if self._worker and self._worker.poll() is not None:
            self._end()
        if self._worker is None:
            try:
                self._worker = subprocess.Popen(  # noqa: S603 - our own interpreter and code
                    [sys.executable, "-P", "-c", _BOOTSTRAP, self._formats, *sys.path],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    # NumPy comes with the package, and its threads would not survive a fork.
                    env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                    start_new_session=True,  # Ctrl-C in the terminal is for the product
                )
            except OSError as error:
                cause = error.strerror or error
                raise SourceError(f"no process can be started to read it ({cause}); close other programs") from error
        return self._worker

    def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker:
            with suppress(OSError):
                cast(BinaryIO, worker.stdin).close()  # then it ends, and its child with it
            try:
                worker.wait(timeout=2)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
            cast(BinaryIO, worker.stdout).close()


_shared = Sandbox()
atexit.register(_shared.close)


def close() -> None:
    """End the worker that `read_safely` uses. The next file starts another."""
    _shared.close()


def read_safely(suffix: str, data: bytes) -> Content:
    """Read a file of one of `index.formats.FORMATS`. Raises `SourceError`, and nothing else, if that fails."""
    return _shared.read(suffix, data, has_pages=suffix == ".pdf")


# ---- the worker's side --------------------------------------------------------------------------------------------


def serve(formats: str) -> None:
    """Answer requests on standard input until it ends: a line of JSON and the file; a line of JSON and the reply."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints while it is imported is no reply
    _leave_the_network()
    while line := requests.readline():
        request = json.loads(line)
        data = requests.read(request["size"])
        used = Used(0, 0)
        try:
            read = import_module(formats).reader(request["suffix"])
        except Exception as error:
            cause, reply = f"files like it cannot be read here ({error}); install what is missing", b""
        else:
            if FORKS:
                cause, reply, used = _read_in_child(read, data, replies, request["times"])
            else:
                cause, reply = _explained(*_read(read, data), used, request["times"])
        replies.write(json.dumps({"error": cause, "size": len(reply), **asdict(used)}).encode() + b"\n")
        replies.write(reply)
        replies.flush()


def _leave_the_network() -> None:
    """Move to a network without connections, where Linux lets us."""
    if sys.platform == "linux":
        new_user, new_network = 0x10000000, 0x40000000
        ctypes.CDLL(None).unshare(new_network if os.geteuid() == 0 else new_user | new_network)


def _read_in_child(read: Read, data: bytes, replies: BinaryIO, times: float) -> tuple[str, bytes, Used]:
    """Return why the file could not be read, or nothing; what its reader says; and what that took."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiving)
        os.close(replies.fileno())
        _read_and_end(read, data, sending, times)
    with suppress(OSError):  # done in the child too: either may come first
        os.setpgid(child, child)
    os.close(sending)
    parts: list[bytes] = []
    cause, size, deadline = "", 0, time.monotonic() + WAITING_SECONDS * times
    while not cause:
        ready = select.select([receiving, 0], [], [], max(0.0, deadline - time.monotonic()))[0]
        if receiving in ready:
            part = os.read(receiving, 1 << 20)
            if not part:
                break
            parts.append(part)
            size += len(part)
            cause = _SAYS_TOO_MUCH if size > REPLY_BYTES else ""
        elif ready:  # standard input has ended: the product is gone
            _kill_group(child)
            os._exit(0)
        else:
            cause = _took_more_than(WAITING_SECONDS * times)
    if cause:
        _kill_group(child)
    os.close(receiving)
    _, status, usage = os.wait4(child, 0)
    _kill_group(child)  # what it may have started in its turn
    used = Used(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))
    if cause:
        return cause, b"", used
    return *_explained(os.waitstatus_to_exitcode(status), b"".join(parts), used, times), used


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _took_more_than(seconds: float, of: str = "") -> str:
    return f"reading it took more than {seconds:.0f} seconds{of}; {_SPLIT}"


def _explained(ended: int, reply: bytes, used: Used, times: float) -> tuple[str, bytes]:
    """Return why a child that ended like this has no content, or nothing, and what it says."""
    if ended == _REFUSED:
        return reply.decode("utf-8", "replace")[:500] or _NO_ANSWER, b""
    if ended and used.memory_bytes > 0.4 * MEMORY_BYTES:  # a library refused its next block may do anything
        ended = _RAN_OUT_OF_MEMORY
    if ended < 0:
        return _killed_by(-ended, used, times), b""
    return _ENDINGS.get(ended, _NO_ANSWER), reply


def _killed_by(number: int, used: Used, times: float) -> str:
    computing = COMPUTING_SECONDS * times
    if number == signal.SIGALRM:
        return _took_more_than(WAITING_SECONDS * times)
    if number == signal.SIGXCPU or (number == signal.SIGKILL and used.computing_seconds > computing - 1):
        return _took_more_than(computing, " of computing time")
    if number == signal.SIGKILL:
        return "the system ended the reading of it, perhaps for want of memory; close other programs and add it again"
    return f"the reader crashed on it (signal {number}); {_MEND}"


# ---- the child's side ---------------------------------------------------------------------------------------------


def _read_and_end(read: Read, data: bytes, sending: int, times: float) -> NoReturn:
    """Read the file within the limits, write the reply and end; nothing of the worker runs after that."""
    ended = _FAILED
    try:
        _limit(times)
        ended, reply = _read(read, data)
        with os.fdopen(sending, "wb") as pipe:
            pipe.write(reply)
    except MemoryError:
        ended = _RAN_OUT_OF_MEMORY
    finally:
        os._exit(ended)


def _limit(times: float) -> None:
    import resource

    computing, waiting = ceil(COMPUTING_SECONDS * times), ceil(WAITING_SECONDS * times)
    os.setpgid(0, 0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):  # what a library prints is no reply
        os.dup2(nothing, standard)
    if sys.platform == "linux":
        end_with_parent = 1
        ctypes.CDLL(None).prctl(end_with_parent, signal.SIGKILL)
    signal.alarm(waiting)  # elsewhere, so that no child outlives its worker for long
    for what, most in (
        (resource.RLIMIT_CPU, computing),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # a system that does not know one limit, or has a lower one, has the others
            resource.setrlimit(what, (most, most))


def _read(read: Read, data: bytes) -> tuple[int, bytes]:
    """Return how a child that read this ends, and what it says."""
    try:
        made = read(data)
        return 0, made if isinstance(made, bytes) else checked(made).to_bytes()
    except SourceError as error:
        return _REFUSED, str(error).encode("utf-8", "replace")
    except MemoryError:
        return _RAN_OUT_OF_MEMORY, b""
    except RecursionError:
        return _REFUSED, f"it is nested too deeply; {_SPLIT}".encode()
    except BaseException:  # libraries written in Rust raise what is no Exception
        return _FAILED, traceback.format_exc().encode("utf-8", "replace")
