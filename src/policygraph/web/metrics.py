"""The figures of a server in Prometheus' text format (version 0.0.4)."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from policygraph import __version__
from policygraph.engine.figures import BUCKETS, Health, memory
from policygraph.web.site import Site, site_of


@dataclass(frozen=True, slots=True)
class State:
    """What the metrics are read from."""

    site: Site
    health: Health
    memory: Mapping[str, int]
    """Bytes by part of the program; nothing where the system does not tell."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric with at most one label; its values go by the value of that label."""

    name: str
    kind: Literal["gauge", "counter"]
    text: str
    values: Callable[[State], Mapping[str, float]]
    label: str = ""


def _one(value: Callable[[Health], float]) -> Callable[[State], Mapping[str, float]]:
    return lambda state: {"": value(state.health)}


def _responses(state: State) -> Mapping[str, float]:
    sent = state.site.responses + Counter({200: state.health.lent_answered})
    return {str(status): number for status, number in sent.items()}


METRICS = (
    Metric("policygraph_triples", "gauge", "Triples of each named graph of the release.",
           lambda state: state.site.release.graphs, "graph"),
    Metric("policygraph_quads", "gauge", "Quads that are loaded.", _one(lambda h: h.quads)),
    Metric("policygraph_on_disk", "gauge", "1 if the data stands in a store on disk.",
           _one(lambda h: h.on_disk)),
    Metric("policygraph_ready", "gauge", "1 if the engine can answer.", _one(lambda h: h.ready)),
    Metric("policygraph_workers", "gauge", "Worker processes.", _one(lambda h: len(h.workers))),
    Metric("policygraph_queries_running", "gauge", "Queries being evaluated: fast, slow.",
           lambda state: {"fast": state.health.fast, "slow": state.health.slow}, "lane"),
    Metric("policygraph_queries_waiting", "gauge", "Queries waiting for a place.",
           _one(lambda h: h.waiting)),
    Metric("policygraph_connections_lent", "gauge",
           "Connections on which small queries are answered beside the lanes.",
           _one(lambda h: h.lent)),
    Metric("policygraph_queries_finished_total", "counter", "Evaluations that came to their end.",
           _one(lambda h: h.finished)),
    Metric("policygraph_queries_stopped_total", "counter", "Evaluations that did not, by reason.",
           lambda state: state.health.stopped, "reason"),
    Metric("policygraph_workers_killed_total", "counter", "Workers ended while busy, by reason.",
           lambda state: state.health.killed, "reason"),
    Metric("policygraph_cache_hits_total", "counter", "Queries answered from the cache.",
           _one(lambda h: h.cache_hits)),
    Metric("policygraph_cache_misses_total", "counter", "Queries that were not in the cache.",
           _one(lambda h: h.cache_misses)),
    Metric("policygraph_cache_shared_total", "counter",
           "Queries that got the answer to the same one that was being evaluated.",
           _one(lambda h: h.cache_shared)),
    Metric("policygraph_cache_entries", "gauge", "Answers in the cache.",
           _one(lambda h: h.cache_entries)),
    Metric("policygraph_cache_bytes", "gauge", "Bytes of the answers in the cache.",
           _one(lambda h: h.cache_bytes)),
    Metric("policygraph_data_memory_bytes", "gauge",
           "Most memory of the process that loaded the data; 0 if it stands on disk.",
           _one(lambda h: h.data_memory)),
    Metric("policygraph_memory_bytes", "gauge",
           "Memory in use now, what processes share counted once: server, engine (Linux only).",
           lambda state: state.memory, "part"),
    Metric("policygraph_http_responses_total", "counter", "Answers sent, by status.",
           _responses, "status"),
)  # fmt: skip
"""All metrics but `policygraph_info` and the histogram, which have a form of their own."""

INFO = ("policygraph_info", "Version of the program and id of the release, as labels.")
SECONDS = ("policygraph_evaluation_seconds", "Time that evaluations took, finished or not.")


async def metrics(request: Request) -> Response:
    """Return the figures of this moment, and the counts since the server was started."""
    site = site_of(request)
    health = site.engine.health()
    used = await asyncio.to_thread(_memory, health)
    text = exposition(State(site, health, used))
    headers = {"Cache-Control": "no-store", "Content-Type": "text/plain; version=0.0.4"}
    return Response(text, headers=headers)


def exposition(state: State) -> str:
    """Return every metric with its help, type and values."""
    return "".join(f"{line}\n" for line in _lines(state))


def _memory(health: Health) -> dict[str, int]:
    parts = {"server": memory((os.getpid(),)), "engine": memory(health.processes)}
    return parts if any(parts.values()) else {}


def _lines(state: State) -> Iterator[str]:
    labels = {"version": __version__, "release": state.site.release.id}
    yield from _head(*INFO, "gauge")
    yield f"{INFO[0]}{_labels(labels)} 1"
    for metric in METRICS:
        yield from _head(metric.name, metric.text, metric.kind)
        for value, number in sorted(metric.values(state).items()):
            label = _labels({metric.label: value}) if metric.label else ""
            yield f"{metric.name}{label} {number + 0}"  # a bool as a number
    yield from _head(*SECONDS, "histogram")
    counts = accumulate(state.health.buckets)
    for bound, count in zip((*BUCKETS, "+Inf"), counts, strict=True):
        yield f"{SECONDS[0]}_bucket{_labels({'le': str(bound)})} {count}"
    yield f"{SECONDS[0]}_sum {state.health.seconds}"
    yield f"{SECONDS[0]}_count {sum(state.health.buckets)}"


def _head(name: str, text: str, kind: str) -> tuple[str, str]:
    return f"# HELP {name} {text}", f"# TYPE {name} {kind}"


def _labels(labels: Mapping[str, str]) -> str:
    pairs = []
    for name, value in labels.items():
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        pairs.append(f'{name}="{escaped}"')
    return "{" + ",".join(pairs) + "}"
