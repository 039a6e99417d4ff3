"""Words of a text as search compares them: without case, accents and punctuation."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from policygraph.web.facts import Text

_WORD = re.compile(r"[^\W_]+")
_APART = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
"""Letters that Unicode does not take apart."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: where it stands, and as it is compared."""

    start: int
    end: int
    folded: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, marked where it matched."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Marked:
    """A text with its language where it is not the one of the page, in pieces."""

    pieces: tuple[Piece, ...]
    lang: str = ""

    @property
    def text(self) -> Text:
        """Return the text without marks."""
        return Text("".join(piece.text for piece in self.pieces), self.lang)


def folded(text: str) -> str:
    """Return a text without case and accents: `Économie` and `economie` are the same."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in apart if not unicodedata.combining(c))
    return bare.casefold().translate(_APART)


def words(text: str) -> list[Word]:
    """Return the words of a text (in NFC) in their order."""
    return [
        Word(found.start(), found.end(), folded(found[0])) for found in _WORD.finditer(text)
    ]  # fmt: skip


def plain_words(text: str) -> list[str]:
    """Return the words of a text as they are compared, each once."""
    return list(dict.fromkeys(filter(None, map(folded, _WORD.findall(composed(text))))))


def composed(text: str) -> str:
    """Return a text in NFC, in which a letter with its accent is one character."""
    return unicodedata.normalize("NFC", text)


def marked(text: str, lang: str, matched: dict[str, str], most: int = 0) -> Marked:
    """Return a text with its matches marked; `matched` leads from its words to what was asked for.

    Text longer than `most` characters is shortened to what stands around the first match.
    """
    text = composed(text)
    spans = [_span(word, matched[word.folded]) for word in words(text) if word.folded in matched]
    start, end = 0, len(text)
    if most and end > most:
        first = spans[0][0] if spans else 0
        start = max(0, min(first - most // 3, end - most))
        start = text.find(" ", start, first) + 1 if start > 0 else 0
        end = min(end, start + most)
        end = end if end == len(text) else max(text.rfind(" ", start, end), start + 1)
    pieces = [Piece("… ")] if start else []
    at = start
    for one, other in spans:
        if one < at or other > end:
            continue
        pieces += [Piece(text[at:one]), Piece(text[one:other], marked=True)]
        at = other
    pieces += [Piece(text[at:end]), Piece(" …" if end < len(text) else "")]
    return Marked(tuple(piece for piece in pieces if piece.text), lang)


def _span(word: Word, part: str) -> tuple[int, int]:
    """Return where a part of a word stands; the whole word if it is only spelt alike."""
    at = word.folded.find(part)
    if at < 0 or len(word.folded) != word.end - word.start:
        return word.start, word.end
    return word.start + at, word.start + at + len(part)
