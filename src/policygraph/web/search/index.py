"""An index of names in memory: which things a few words mean, also when they are misspelt.

A word is found where it is written the same, begins a word, or stands within one (Dutch and German
write compounds as one word). Where that finds little, words that are spelt nearly the same count
as well. All words have to be found; a word may also be one of the document or the place of a thing,
or say what it is.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from policygraph.web.lookup import Lookup
from policygraph.web.search.findable import KINDS, OTHER, Rows, Thing, described, things
from policygraph.web.search.words import plain_words
from policygraph.web.texts import texts

FEW = 10
"""Fewer things than this: then words that are spelt nearly the same count too."""

_PREFIX = 3
"""Letters from which a word stands for all that begin with it."""
_WITHIN = 4
"""Letters from which a word is found within another."""
_ROLES = {"label": 1.0, "other": 1.0, "symbol": 1.0, "official": 0.95, "title": 0.9}
_DESCRIPTION = 0.15
_CONTEXT = 0.25
_KINDS = {
    "policy": 1.4,
    "document": 0.9,
    "source": 0.8,
    "query": 0.9,
    "concept": 0.8,
    "term": 0.8,
    OTHER: 0.8,
}
_ORDER = {kind: place for place, kind in enumerate((*KINDS, OTHER))}

Scores = dict[int, float]
"""How well things match, by their places."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a found thing has to be, besides matching; empty is anything."""

    kind: str = ""
    document: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The things that match, best first, and how many there are by kind, document and place."""

    things: tuple[Thing, ...]
    facets: dict[str, dict[str, int]]
    """Counts by value of each facet, with the other filters applied."""
    matched: dict[str, str]
    """Words of the index that match, and the word that was asked for."""
    near: tuple[str, ...] = ()
    """Words that were read in place of misspelt ones."""


class Index:
    """Names of things, by word. It is made once and never changes."""

    def __init__(self, found: Sequence[Thing]) -> None:
        self.things = tuple(found)
        self._kinds: dict[str, set[str]] = defaultdict(set)
        for kind in _ORDER:
            for language in texts.LANGUAGES:
                for word in plain_words(texts.text(language, f"kind_{kind}")):
                    self._kinds[word].add(kind)
        self.of = {thing.iri: thing for thing in self.things}
        named: dict[str, Scores] = defaultdict(dict)
        described: dict[str, Scores] = defaultdict(dict)
        self._within: dict[str, list[int]] = defaultdict(list)
        for at, thing in enumerate(self.things):
            for name in thing.names:
                own = plain_words(name.text)
                about = name.role not in _ROLES
                # A word says more about a short name than about a long one.
                weight = _DESCRIPTION if about else _ROLES[name.role] / len(own or " ") ** 0.35
                target = described if about else named
                for word in own:
                    target[word][at] = max(weight, target[word].get(at, 0))
            for context in {thing.document, *thing.places} - {thing.iri, ""}:
                self._within[context].append(at)
        self._named, self._described = dict(named), dict(described)
        self._vocabulary = sorted(named.keys() | described.keys() | self._kinds.keys())
        self._labels: dict[str, list[str]] = {}
        self._names: list[str] = []
        self._expanded = lru_cache(maxsize=1000)(self._expand)
        self._cut = lru_cache(maxsize=16)(self._begun)
        self._near = lru_cache(maxsize=1000)(self._spelt_alike)

    def find(self, asked: Sequence[str], language: str, filters: Filters) -> Found:
        """Return the things that all the words match; without words all things, by label."""
        if not asked:
            return self._found(dict.fromkeys(range(len(self.things)), 0.0), language, filters, {})
        readings = [self._expanded(word) for word in asked]
        scores = self._scores(readings)
        near: tuple[str, ...] = ()
        if len(scores) < FEW:
            wider = [{**self._near(w), **r} for w, r in zip(asked, readings, strict=True)]
            scores = self._scores(wider)
            near = self._read_instead(readings, wider, scores)
            readings = wider
        matched: dict[str, str] = {}
        for word, reading in zip(asked, readings, strict=True):
            for other in reading:
                matched.setdefault(other, word)
        return self._found(scores, language, filters, matched, near)

    def knows(self, word: str) -> bool:
        """Whether any thing has the word, or one that is spelt nearly the same."""
        return bool(self._expanded(word) or self._near(word))

    def closest(self, word: str, most: int = 3) -> list[str]:
        """Return the words of names that a word which is not there is likest to, best first."""
        if len(word) < _PREFIX or any(c.isdigit() for c in word):
            return []
        if not self._names:
            self._names = sorted(name for name in self._named if len(name) >= _PREFIX)
        found = extract(
            word, self._names, scorer=OSA.normalized_similarity, score_cutoff=0.5, limit=9
        )
        ranked = sorted(found, key=lambda f: (-f[1], f[0]))
        return [name for name, _, _ in ranked[:most]]

    def labels(self, language: str) -> list[str]:
        """Return the label of each thing in a language, as things are sorted by it."""
        if language not in self._labels:
            self._labels[language] = [t.label(language).value.casefold() for t in self.things]
        return self._labels[language]

    def _expand(self, word: str) -> dict[str, float]:
        """Return the words that a word is, begins or stands within, and how good each is."""
        found: dict[str, float] = {}
        exact = word in self._named or word in self._described or word in self._kinds
        if exact:
            found[word] = 1.0
        if len(word) >= _PREFIX or not exact:
            found = self._beginning(word) | found
        if len(word) >= _WITHIN:
            for other in self._vocabulary:
                if word in other:
                    found.setdefault(other, 0.5 + 0.2 * len(word) / len(other))
        return found

    def _beginning(self, word: str) -> dict[str, float]:
        """Return the words that a word begins."""
        at = end = bisect_left(self._vocabulary, word)
        while end < len(self._vocabulary) and self._vocabulary[end].startswith(word):
            end += 1
        return {v: 0.65 + 0.25 * len(word) / len(v) for v in self._vocabulary[at:end]}

    def _begun(self, length: int | None) -> list[str]:
        """Return what the words of the index begin with, or all of each."""
        return [word[:length] for word in self._vocabulary]

    def _spelt_alike(self, word: str) -> dict[str, float]:
        """Return the words that differ by a letter, or by two if it is long; not for numbers.

        A short word may be one that is still being typed.
        """
        if len(word) < _WITHIN or any(c.isdigit() for c in word):
            return self._beginning(word)
        allowed = 1 if len(word) < 2 * _WITHIN else 2
        found: dict[str, float] = {}
        for length in (None, len(word), len(word) + 1):
            # As one types, only the beginning of a word is there.
            near = extract(
                word, self._cut(length), scorer=OSA.distance, score_cutoff=allowed, limit=None
            )
            for _, distance, at in near:
                other = self._vocabulary[at]
                good = 0.7 - 0.15 * distance - (0.05 if length else 0)
                found[other] = max(good, found.get(other, 0))
        return found

    def _scores(self, readings: Sequence[Mapping[str, float]]) -> Scores:
        """Return the things that match in every word, at least one of them by its own texts."""
        own = [self._of_names(reading) for reading in readings]
        together: Scores = {}
        per_word = []
        for reading, names in zip(readings, own, strict=True):
            scores = _best(self._described, reading)
            for at, score in names.items():
                scores[at] = max(score, scores.get(at, 0))
            together |= scores
            if len(readings) > 1:
                for at, score in self._in_context(names, reading).items():
                    scores.setdefault(at, score)
            per_word.append(scores)
        per_word.sort(key=len)
        # Things that match in the rarest word are few; the other words are asked of those alone.
        return {
            at: sum(scores[at] for scores in per_word) * _KINDS.get(self.things[at].kind, 1.0)
            for at in per_word[0]
            if at in together and all(at in scores for scores in per_word[1:])
        }

    def _of_names(self, reading: Mapping[str, float]) -> Scores:
        return _best(self._named, reading)

    def _in_context(self, names: Scores, reading: Mapping[str, float]) -> Scores:
        """Return the things whose document or place has the names that match, or whose kind has."""
        kinds = {kind for word in reading for kind in self._kinds.get(word, ())}
        found = {at: _CONTEXT for at, t in enumerate(self.things) if kinds and t.kind in kinds}
        for at, score in names.items():
            for part in self._within.get(self.things[at].iri, ()):
                found[part] = max(_CONTEXT * score, found.get(part, 0))
        return found

    def _read_instead(
        self,
        readings: Sequence[Mapping[str, float]],
        wider: Sequence[Mapping[str, float]],
        scores: Scores,
    ) -> tuple[str, ...]:
        """Return the best word for each that is written nowhere, among what was found."""
        instead = []
        for before, after in zip(readings, wider, strict=True):
            if before:
                continue
            found = [
                (good, len(self._named[other].keys() & scores.keys()), other)
                for other, good in after.items()
                if not scores.keys().isdisjoint(self._named.get(other, ()))
            ]
            if found:
                instead.append(min(found, key=lambda f: (-f[0], -f[1], f[2]))[2])
        return tuple(instead)

    def _found(
        self,
        scores: Scores,
        language: str,
        filters: Filters,
        matched: dict[str, str],
        near: tuple[str, ...] = (),
    ) -> Found:
        counts: dict[str, Counter[str]] = {key: Counter() for key in ("kind", "document", "place")}
        kept = []
        for at in scores:
            thing = self.things[at]
            fits = {
                "kind": filters.kind in ("", thing.kind),
                "document": filters.document in ("", thing.document),
                "place": not filters.place or filters.place in thing.places,
            }
            missed = [key for key, fit in fits.items() if not fit]
            if not missed:
                kept.append(at)
            if missed in ([], ["kind"]):
                counts["kind"][thing.kind] += 1
            if missed in ([], ["document"]) and thing.document:
                counts["document"][thing.document] += 1
            if missed in ([], ["place"]):
                counts["place"].update(thing.places)
        labels = self.labels(language)
        kept.sort(key=lambda at: (-scores[at], labels[at], _ORDER[self.things[at].kind], at))
        return Found(
            tuple(self.things[at] for at in kept),
            {key: dict(own) for key, own in counts.items()},
            matched,
            near,
        )


def _best(postings: Mapping[str, Scores], reading: Mapping[str, float]) -> Scores:
    found: Scores = {}
    for word, good in reading.items():
        for at, weight in postings.get(word, {}).items():
            score = good * weight
            if score > found.get(at, 0):
                found[at] = score
    return found


class OwnIndex:
    """The index of one release, made when it is first asked for."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._made: list[Index | None] = []

    async def get(self, lookup: Lookup) -> Index | None:
        """Return the index; None where there is more than memory should hold."""
        async with self._lock:
            if not self._made:
                rows = await described(lookup)
                made = None if rows is None else await asyncio.to_thread(_made, rows)
                self._made.append(made)
            return self._made[0]


def _made(rows: Rows) -> Index:
    return Index(things(rows))
