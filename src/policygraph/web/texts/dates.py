"""Dates in words, in the language of a page."""

from __future__ import annotations

import re

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")

_MONTHS = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}


def worded(language: str, date: str, *, year: bool = True) -> str:
    """Return a date of XML Schema (a day, a month or a year) in words; anything else as it is.

    Without `year`, the day and the month alone, if it has them.
    """
    found = _DATE.fullmatch(date)
    if not found:
        return date
    number, month, day = found.groups()
    names = _MONTHS.get(language, _MONTHS["en"]).split()
    if not month or not 1 <= int(month) <= len(names):
        return date if year else ""
    first = {"fr": "1er"}.get(language, "1")
    parts = [first if day == "01" else str(int(day))] if day else []
    return " ".join([*parts, names[int(month) - 1], *([number] if year else [])])
