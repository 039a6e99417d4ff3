"""Pages that were made before, by entity tag, within a number of bytes.

A tag stands for the release, the code and the whole request, so a page under it never changes.
"""

from __future__ import annotations

from collections import OrderedDict

from starlette.responses import Response

_BYTES = 32 * 1024 * 1024


class PageCache:
    """Keeps the pages that were asked for last."""

    def __init__(self, limit: int = _BYTES) -> None:
        self._limit = limit
        self._held = 0
        self._pages: OrderedDict[str, Response] = OrderedDict()

    def find(self, tag: str) -> Response | None:
        """Return the page with this tag, if it is here still."""
        page = self._pages.get(tag)
        if page is None:
            return None
        self._pages.move_to_end(tag)
        # A response is sent once: what wraps it may change its headers.
        copy = Response(bytes(page.body), page.status_code)
        copy.raw_headers = list(page.raw_headers)
        return copy

    def keep(self, tag: str, page: Response) -> None:
        """Keep a page; what was not asked for the longest makes room. One too long is not kept."""
        size = len(page.body)
        if size > self._limit // 8 or tag in self._pages:
            return
        kept = Response(bytes(page.body), page.status_code)
        kept.raw_headers = list(page.raw_headers)
        self._pages[tag] = kept
        self._held += size
        while self._held > self._limit:
            _, old = self._pages.popitem(last=False)
            self._held -= len(old.body)
