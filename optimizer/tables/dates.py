"""Days and periods as the workbook writes them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from msgspec import Struct

from optimizer.tables.text_matching import fold, quoted, written

MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_CURE = "write YYYY-MM-DD or format the cell as a date"
_YEAR_FIRST = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)? ?(?:Z|UTC|[+-]00:?00)?)?"
)
_STAMP = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\d* ?(Z|UTC|[+-]\d{2}:?\d{2})?"
)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_DAY_WORD = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[. -]*([a-z]{3,9})[. ,-]*(\d{4})")
_WORD_DAY = re.compile(r"([a-z]{3,9})[. ]*(\d{1,2})(?:st|nd|rd|th)?[ ,]+(\d{4})")


class InvalidDate(ValueError):
    """A value that is no day: its message and the cure."""


def parse_day(raw: Any) -> date:
    """The day that a cell means.

    Raises NoDay where it means none or may mean two.

    >>> parse_day("31.12.2027"), parse_day("1 January 2027")
    (datetime.date(2027, 12, 31), datetime.date(2027, 1, 1))
    """
    if isinstance(raw, datetime):
        day = _without_time(raw)
    elif isinstance(raw, date):
        day = raw
    elif isinstance(raw, str):
        day = _of_text(raw)
    else:
        raise InvalidDate(f"{quoted(raw)} is not a date", _serial(raw) or _CURE)
    if day.year < 1900:
        raise InvalidDate(f"{day} is before 1900", _CURE)
    return day


_TINY = time(microsecond=500_000)
"""Less than this after midnight is what rounding leaves of a day that is stored as a number."""


def _without_time(moment: datetime) -> date:
    """The day of a moment at midnight; a time of day may come from a shift of time zones."""
    if moment.time() < _TINY:
        return moment.date()
    shown = moment.isoformat(" ", "minutes" if moment.second == 0 else "seconds")
    raise InvalidDate(f"{shown} has a time of day, and a day is wanted", _likely(moment))


def _likely(moment: datetime) -> str:
    """The cure for a moment: the day that it may stand for, by the nearest midnight."""
    late = moment.time() >= time(23, 59)  # how some write the end of a day
    day = moment.date() if late else (moment.replace(tzinfo=None) + timedelta(hours=12)).date()
    return f"if the day is {day}, write {day} alone"


def has_time(raw: Any) -> bool:
    """True for a moment that is no midnight.

    >>> has_time(datetime(2027, 6, 30, 16)), has_time(datetime(2027, 7, 1))
    (True, False)
    """
    return isinstance(raw, datetime) and raw.time() >= _TINY


def _serial(raw: Any) -> str:
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or not 20000 <= raw <= 80000:
        return ""
    day = date(1899, 12, 30) + timedelta(days=int(raw))
    return f"formatted as a date it would be {day}; format the cell or write YYYY-MM-DD"


def _of_text(raw: str) -> date:
    text = fold(raw)
    try:
        if found := _YEAR_FIRST.fullmatch(text.upper()):
            return date(int(found[1]), int(found[3]), int(found[4]))
        if found := _STAMP.fullmatch(text.upper()):
            moment = datetime.fromisoformat(f"{found[1]} {found[2]:0>5}")
            raise InvalidDate(f"{quoted(raw)} has a time of day or a time zone", _likely(moment))
        if found := _YEAR_LAST.fullmatch(text):
            return _year_last(raw, int(found[1]), int(found[3]), int(found[4]), found[2])
        if found := _DAY_WORD.fullmatch(text):
            return date(int(found[3]), _month(found[2]), int(found[1]))
        if found := _WORD_DAY.fullmatch(text):
            return date(int(found[3]), _month(found[1]), int(found[2]))
    except InvalidDate:
        raise
    except ValueError:
        raise InvalidDate(f"{quoted(raw)} is not a day of the calendar", _CURE) from None
    raise InvalidDate(f"{quoted(raw)} is not a date", _CURE)


def _year_last(raw: str, first: int, second: int, year: int, sign: str) -> date:
    if sign == "." or first > 12 or first == second:
        return date(year, second, first)
    if second > 12:
        return date(year, first, second)
    one, other = date(year, second, first), date(year, first, second)
    raise InvalidDate(f"{quoted(raw)} may be {one} or {other}", _CURE)


def _month(word: str) -> int:
    for number, month in enumerate(MONTHS, 1):
        if word == month or (len(word) in (3, 4) and month.startswith(word)):
            return number
    raise ValueError(word)


class Horizon(Struct, frozen=True):
    """The periods of a plan: ``count`` of ``months`` each, from ``start``."""

    start: date
    months: int
    count: int

    @property
    def end(self) -> date:
        """Last day of the last period."""
        return self.first(self.count) - timedelta(days=1)

    def first(self, period: int) -> date:
        """First day of a period counted from 0."""
        years, month = divmod(self.start.month - 1 + period * self.months, 12)
        return date(self.start.year + years, month + 1, 1)

    def label(self, period: int) -> str:
        """Label of a period counted from 0: 2027, 2027-H1, 2027-Q1 or 2027-01.

        >>> Horizon(date(2027, 1, 1), 3, 8).label(5)
        '2028-Q2'
        """
        return label(self.first(period), self.months)

    def labels(self) -> dict[str, int]:
        """Number of each period (from 0) by its label."""
        return {self.label(period): period for period in range(self.count)}

    def touched(self, start: date | None, end: date | None) -> range:
        """Numbers of the periods of which a row's dates cover at least a day."""
        first = 0 if start is None else max(0, self._period(start))
        last = self.count - 1 if end is None else min(self.count - 1, self._period(end))
        return range(first, last + 1)

    def _period(self, day: date) -> int:
        months = (day.year - self.start.year) * 12 + day.month - self.start.month
        return months // self.months


def label(day: date, months: int) -> str:
    """Label of the period of so many months that a day lies in.

    >>> label(date(2027, 7, 1), 6)
    '2027-H2'
    """
    if months == 12:
        return f"{day.year}"
    if months == 1:
        return f"{day.year}-{day.month:02}"
    return f"{day.year}-{'H' if months == 6 else 'Q'}{(day.month - 1) // months + 1}"


_LABELS = (
    (re.compile(r"(?P<year>\d{4})"), 12),
    (re.compile(r"(?P<year>\d{4})[- ]?h(?P<part>[12])"), 6),
    (re.compile(r"h(?P<part>[12])[- ]?(?P<year>\d{4})"), 6),
    (re.compile(r"(?P<year>\d{4})[- ]?q(?P<part>[1-4])"), 3),
    (re.compile(r"q(?P<part>[1-4])[- ]?(?P<year>\d{4})"), 3),
    (re.compile(r"(?P<year>\d{4})-(?P<part>0?[1-9]|1[0-2])"), 1),
    (re.compile(r"(?P<month>[a-z]{3,9})[. -]+(?P<year>\d{4})"), 1),
)


_LOOSE_YEAR = r"(?:c?y|fy)?[ '’]?(?P<year>\d{4}|\d{2})(?:e|f|p)?"
_SEPARATOR = r"[ ./'’_-]*"
_LOOSE = (
    (re.compile(rf"{_LOOSE_YEAR}"), 12),
    (re.compile(rf"{_LOOSE_YEAR}[/-]\d{{2}}(?:\d{{2}})?"), 12),
    (re.compile(rf"(?:h(?P<part>[12])|(?P<first>[12])h){_SEPARATOR}{_LOOSE_YEAR}"), 6),
    (re.compile(rf"{_LOOSE_YEAR}{_SEPARATOR}(?:h(?P<part>[12])|(?P<first>[12])h)"), 6),
    (re.compile(rf"(?:q(?P<part>[1-4])|(?P<first>[1-4])q){_SEPARATOR}{_LOOSE_YEAR}"), 3),
    (re.compile(rf"{_LOOSE_YEAR}{_SEPARATOR}(?:q(?P<part>[1-4])|(?P<first>[1-4])q)"), 3),
    (re.compile(rf"(?P<month>[a-z]{{3,9}}){_SEPARATOR}{_LOOSE_YEAR}"), 1),
    (re.compile(rf"{_LOOSE_YEAR}{_SEPARATOR}(?P<month>[a-z]{{3,9}})"), 1),
    (re.compile(r"(?P<part>0?[1-9]|1[0-2])[ ./_-](?P<year>\d{4})"), 1),
    (re.compile(r"(?P<year>\d{4})[ ./_m-]*(?P<part>0?[1-9]|1[0-2])"), 1),
)
"""Ways to write a period that people use and the contract does not."""


def guess_label(raw: Any, months: int) -> str:
    """The label that a header loosely written as a period should have; empty if it is none.

    ``months`` is the length of a period, for a date or its number in Excel.

    >>> guess_label("Jan-27", 1), guess_label("Q1 27", 3), guess_label(46388.0, 3)
    ('2027-01', '2027-Q1', '2027-Q1')
    >>> guess_label("FY27", 12), guess_label("quantity", 12)
    ('2027', '')
    """
    if isinstance(raw, (int, float)) and 20000 <= raw <= 80000:
        raw = date(1899, 12, 30) + timedelta(days=int(raw))
    if isinstance(raw, date):
        return label(raw, months)
    text = fold(written(raw))
    for pattern, length in _LOOSE:
        if found := pattern.fullmatch(text):
            groups = found.groupdict()
            year = int(groups["year"])
            year += 2000 if year < 100 else 0
            try:
                if groups.get("month"):
                    part = _month(groups["month"])
                else:
                    part = int(groups.get("part") or groups.get("first") or 1)
                return label(date(year, (part - 1) * length + 1, 1), length)
            except ValueError:
                continue
    return ""


def parse_label(raw: Any, months: int) -> tuple[str, int] | None:
    """Label and months of the period that a header names, None if it names none.

    A date stands for the period of ``months`` that begins with it, else for its month.

    >>> parse_label("Q1 2027", 3), parse_label(2027.0, 12), parse_label("quantity", 12)
    (('2027-Q1', 3), ('2027', 12), None)
    """
    if has_time(raw):
        return (str(raw)[:16], 0)
    if isinstance(raw, date):
        begins = raw.day == 1 and (raw.month - 1) % months == 0
        length = months if begins else 1
        return (label(raw, length), length) if raw.day == 1 else (str(raw)[:10], 0)
    text = fold(written(raw))
    for pattern, length in _LABELS:
        if found := pattern.fullmatch(text):
            groups = found.groupdict()
            try:
                part = _month(groups["month"]) if "month" in groups else int(groups.get("part", 1))
                return label(date(int(groups["year"]), (part - 1) * length + 1, 1), length), length
            except ValueError:
                return None
    return None
