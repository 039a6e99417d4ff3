"""Walls of the kernel around a worker that has file descriptors: Linux only, see `missing`.

A store on disk opens its files when a query needs them, and a query with SERVICE opens sockets.
Landlock keeps such a worker from all other files and ports, a filter of system calls (seccomp)
from other kinds of sockets and from other programs.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import socket
import struct
import sys
from pathlib import Path
from typing import NamedTuple

_LINUX = sys.platform == "linux"
_PR_SET_NO_NEW_PRIVS = 38

_PR_GET_SECCOMP, _PR_SET_SECCOMP = 21, 22
_SECCOMP_MODE_FILTER = 2
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_REFUSE = 0x00050000 | errno.EPERM
_LOAD, _EQUAL, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_NUMBER, _ARCHITECTURE, _FIRST, _SECOND = 0, 4, 16, 24
"""Where a filter finds which call is made, by which table of calls, and with what."""
_X32 = 0x40000000
"""Numbers from here on are the same calls once more, on x86_64."""


class _Calls(NamedTuple):
    architecture: int
    socket: int
    connect: int
    others: tuple[int, ...]
    """bind, execve, execveat, ptrace, io_uring_setup (which can open sockets)"""


_FILTERS = {
    "x86_64": _Calls(0xC000003E, 41, 42, (49, 59, 322, 101, 425)),
    "aarch64": _Calls(0xC00000B7, 198, 203, (200, 221, 281, 117, 425)),
}
"""By architecture, as filters know it: the numbers of calls."""

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""The calls of Landlock; the numbers are the same on all architectures."""
_VERSION = 1
_PATH_BENEATH, _NET_PORT = 1, 2
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_BIND_TCP, _CONNECT_TCP = 1, 2
_KNOWS_TCP = 4
"""The version of Landlock that came to know TCP (Linux 6.7)."""
_FILE_RIGHTS = (0, 13, 14, 15, 15, 16)
"""How many rights over files each version knows; later ones know the last number."""


def missing(tcp: bool = False) -> list[str]:
    """Return what this system lacks to hold `confine`, in words; nothing if it has all.

    With `tcp`, for a process that may connect to a port.
    """
    if not _LINUX:
        return ["no Landlock and no seccomp: only Linux has them"]
    libc = ctypes.CDLL(None)
    lacks = []
    if (version := _landlock(libc)) < 1:
        lacks.append("no Landlock: other files are not forbidden")
    if not _filters(libc):
        lacks.append("no seccomp: connections are not forbidden")
    if tcp and version < _KNOWS_TCP:
        lacks.append("no Landlock for TCP: other ports are not forbidden")
    return lacks


def confine(folder: Path | None = None, port: int = 0) -> None:
    """Let this process, and the threads it starts from now on, read what is in `folder`: no more.

    No other file, no other program, and no connection but over TCP to `port` on IPv4, if there is
    one. What the system lacks is left out; OSError if it refuses what it has.
    """
    if not _LINUX:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    _done(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    if (version := _landlock(libc)) >= 1:
        _confine(libc, version, folder, port)
    if _filters(libc):
        _refuse_calls(libc, _FILTERS[platform.machine()], bool(port))


def _landlock(libc: ctypes.CDLL) -> int:
    return int(libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION))


def _filters(libc: ctypes.CDLL) -> bool:
    return platform.machine() in _FILTERS and libc.prctl(_PR_GET_SECCOMP, 0, 0, 0, 0) >= 0


def _done(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"the walls of a worker cannot be built: {os.strerror(number)}")
    return result


def _confine(libc: ctypes.CDLL, version: int, folder: Path | None, port: int) -> None:
    """Have Landlock allow the folder and the port, and nothing else that it knows of."""
    files = (1 << _FILE_RIGHTS[min(version, len(_FILE_RIGHTS) - 1)]) - 1
    network = _BIND_TCP | _CONNECT_TCP if version >= _KNOWS_TCP else 0
    every = struct.pack("=QQ", files, network)[: 16 if network else 8]
    ruleset = _done(libc.syscall(_CREATE_RULESET, every, ctypes.c_size_t(len(every)), 0))
    try:
        if folder:
            beneath = os.open(folder, os.O_PATH | os.O_CLOEXEC)
            rule = struct.pack("=Qi", _READ_FILE | _READ_DIR, beneath)
            added = libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0)
            os.close(beneath)
            _done(added)
        if port and network:
            rule = struct.pack("=QQ", _CONNECT_TCP, port)
            _done(libc.syscall(_ADD_RULE, ruleset, _NET_PORT, rule, 0))
        _done(libc.syscall(_RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("lines", ctypes.c_char_p))


def _refuse_calls(libc: ctypes.CDLL, calls: _Calls, tcp: bool) -> None:
    """Have the kernel refuse calls with EPERM, and end a process that calls by another table.

    With `tcp`, `connect` is allowed, and `socket` for TCP on IPv4: that is left to Landlock.
    """
    refused = calls.others if tcp else (*calls.others, calls.socket, calls.connect)
    lines: list[tuple[int, int, str, str]] = [  # a jump goes to a name, or on to the next line
        (_LOAD, _ARCHITECTURE, "", ""),
        (_EQUAL, calls.architecture, "", "kill"),
        (_LOAD, _NUMBER, "", ""),
        (_AT_LEAST, _X32, "refuse", ""),
        *((_EQUAL, call, "refuse", "") for call in refused),
    ]
    if tcp:
        lines += [
            (_EQUAL, calls.socket, "", "allow"),
            (_LOAD, _FIRST, "", ""),
            (_EQUAL, socket.AF_INET, "", "refuse"),
            (_LOAD, _SECOND, "", ""),
            (_AND, 0xFF, "", ""),  # without SOCK_CLOEXEC and SOCK_NONBLOCK
            (_EQUAL, socket.SOCK_STREAM, "allow", "refuse"),
        ]
    ends = {"allow": _ALLOW, "refuse": _REFUSE, "kill": _KILL}
    targets = {name: at for at, name in enumerate(ends, len(lines))}
    packed = [
        struct.pack("=HBBI", code, *(targets[to] - at - 1 if to else 0 for to in jumps), value)
        for at, (code, value, *jumps) in enumerate(lines)
    ]
    packed += [struct.pack("=HBBI", _RETURN, 0, 0, answer) for answer in ends.values()]
    program = _Program(len(packed), b"".join(packed))
    _done(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0))
