"""A second wall for workers that have sockets, on Linux from 6.7: Landlock, see landlock(7)."""

from __future__ import annotations

import ctypes
import os

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""System calls; the numbers are the same on all architectures."""
_VERSION = 1
_NET_PORT = 2
_ALL_OF_FILES = (1 << 15) - 1
"""Reading, writing, executing, making, removing ... (ABI 4)."""
_BIND_TCP, _CONNECT_TCP = 1, 2
_PR_SET_NO_NEW_PRIVS = 38


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64))


class _NetPort(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("port", ctypes.c_uint64))


def only_connect(port: int) -> bool:
    """Let this process open no file, and no TCP connection but to `port`, from now on.

    Returns whether the kernel holds it; False where it does not know how to.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(_CREATE_RULESET, None, 0, _VERSION) < 4:
        return False
    rules = _Ruleset(_ALL_OF_FILES, _BIND_TCP | _CONNECT_TCP)
    ruleset = libc.syscall(_CREATE_RULESET, ctypes.byref(rules), ctypes.sizeof(rules), 0)
    if ruleset < 0:
        return False
    try:
        rule = _NetPort(_CONNECT_TCP, port)
        added = libc.syscall(_ADD_RULE, ruleset, _NET_PORT, ctypes.byref(rule), 0)
        locked = libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        return not (added or locked or libc.syscall(_RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)
