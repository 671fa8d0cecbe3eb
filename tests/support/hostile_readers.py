"""Readers that do what no reader should, each under a suffix. The sandbox's tests name this module instead of ours."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from index.formats.content import Content
from index.types import Block

print("a library that prints while it is imported")


def spin(data: bytes) -> Content:
    while True:
        pass


def spin_on(data: bytes) -> Content:
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    return spin(data)


def sleep(data: bytes) -> Content:
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    time.sleep(3_600)
    return Content("awake")


def fill_memory(data: bytes) -> Content:
    return Content(str(len(b"x" * 3_000_000_000)))


def fill_memory_in_small_pieces(data: bytes) -> Content:
    kept = []
    while True:
        kept.append(bytes(400))  # as small as what Python keeps in its own arenas


def fault(data: bytes) -> Content:
    os.kill(os.getpid(), signal.SIGSEGV)
    return Content("unharmed")


def leave(data: bytes) -> Content:
    os._exit(0)


def exit_politely(data: bytes) -> Content:
    sys.exit(0)


def flood(data: bytes) -> Content:
    for descriptor in range(3, 32):
        try:
            for _ in range(1_000):
                os.write(descriptor, b"x" * 1_000_000)
        except OSError:
            continue
    return Content("flooded")


def multiply(data: bytes) -> Content:
    for _ in range(8):
        if os.fork() == 0:
            time.sleep(3_600)
    return Content("multiplied")


def talk(data: bytes) -> Content:
    print('{"error": "", "size": 3}\nabc', flush=True)
    os.system("echo abc")  # noqa: S605
    os.write(1, b"abc")
    os.write(2, b"abc")
    return Content(f"heard {sys.stdin.read()!r}")


def fail(data: bytes) -> Content:
    raise KeyError(b"secret")


def recurse(data: bytes) -> Content:
    return recurse(data)


def write(data: bytes) -> Content:
    Path(data.decode()).write_text("outside")
    return Content("written")


def connect(data: bytes) -> Content:
    socket.create_connection(("127.0.0.1", int(data)), timeout=5)
    return Content("connected")


def lie(data: bytes) -> Content:
    return Content("short", blocks=(Block(0, 100),))


def read(data: bytes) -> Content:
    return Content(data.decode())


def reader(suffix: str) -> Callable[[bytes], Content]:
    found: Callable[[bytes], Content] = globals()[suffix.removeprefix(".")]
    return found
