"""Parse days and period labels, and count the periods of the planning horizon."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from msgspec import Struct

from optimizer.tables.text_matching import as_text, fold, quoted

MONTH_NAMES = [
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
EXCEL_DAY_ZERO = date(1899, 12, 30)
"""Day 0 of Excel's serial numbers, for dates from March 1900 on."""
FIRST_SERIAL_NUMBER, LAST_SERIAL_NUMBER = 20_000, 80_000
"""Numbers that may be days of Excel: October 1954 to January 2119."""
_DATE_CURE = "write YYYY-MM-DD or format the cell as a date"
_YEAR_FIRST = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)? ?(?:Z|UTC|[+-]00:?00)?)?"
)
_TIMESTAMP = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\d* ?(Z|UTC|[+-]\d{2}:?\d{2})?"
)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_DAY_MONTH_NAME = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[. -]*([a-z]{3,9})[. ,-]*(\d{4})")
_MONTH_NAME_DAY = re.compile(r"([a-z]{3,9})[. ]*(\d{1,2})(?:st|nd|rd|th)?[ ,]+(\d{4})")


class InvalidDate(ValueError):
    """A value is no day; its arguments are the message and the cure."""


def parse_day(raw: Any) -> date:
    """The day that a cell means.

    Raises InvalidDate if the cell means no day or may mean two days.

    >>> parse_day("31.12.2027"), parse_day("1 January 2027")
    (datetime.date(2027, 12, 31), datetime.date(2027, 1, 1))
    """
    if isinstance(raw, datetime):
        day = _day_of_midnight(raw)
    elif isinstance(raw, date):
        day = raw
    elif isinstance(raw, str):
        day = _parse_text(raw)
    else:
        raise InvalidDate(f"{quoted(raw)} is not a date", _serial_number_cure(raw) or _DATE_CURE)
    if day.year < 1900:
        raise InvalidDate(f"{day} is before 1900", _DATE_CURE)
    return day


_MIDNIGHT_TOLERANCE = time(microsecond=500_000)
"""A time below this counts as midnight.

Excel stores moments as days in floating point; rounding stays far below half a second, and
Excel's own times are shown to the second.
"""


def _day_of_midnight(moment: datetime) -> date:
    """The day of a moment at midnight; raises InvalidDate for another time of day.

    A time of day may come from a conversion between time zones, so the day is not certain.
    """
    if moment.time() < _MIDNIGHT_TOLERANCE:
        return moment.date()
    text = moment.isoformat(" ", "minutes" if moment.second == 0 else "seconds")
    raise InvalidDate(
        f"{text} has a time of day; a date without time is required", _day_cure(moment)
    )


def _day_cure(moment: datetime) -> str:
    """The cure for a moment: the day of the nearest midnight."""
    end_of_day = moment.time() >= time(23, 59)  # a usual way to write the end of a day
    nearest = moment if end_of_day else moment.replace(tzinfo=None) + timedelta(hours=12)
    day = nearest.date()
    return f"if the day is {day}, write {day} alone"


def has_time(raw: Any) -> bool:
    """True for a moment with a time of day other than midnight.

    >>> has_time(datetime(2027, 6, 30, 16)), has_time(datetime(2027, 7, 1))
    (True, False)
    """
    return isinstance(raw, datetime) and raw.time() >= _MIDNIGHT_TOLERANCE


def _is_serial_number(raw: float) -> bool:
    return FIRST_SERIAL_NUMBER <= raw <= LAST_SERIAL_NUMBER


def _serial_number_cure(raw: Any) -> str:
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or not _is_serial_number(raw):
        return ""
    day = EXCEL_DAY_ZERO + timedelta(days=int(raw))
    return f"formatted as a date it would be {day}; format the cell or write YYYY-MM-DD"


def _parse_text(raw: str) -> date:
    text = fold(raw)
    try:
        if match := _YEAR_FIRST.fullmatch(text.upper()):
            return date(int(match[1]), int(match[3]), int(match[4]))
        if match := _TIMESTAMP.fullmatch(text.upper()):
            moment = datetime.fromisoformat(f"{match[1]} {match[2]:0>5}")
            raise InvalidDate(f"{quoted(raw)} has a time of day or a time zone", _day_cure(moment))
        if match := _YEAR_LAST.fullmatch(text):
            return _parse_year_last(raw, int(match[1]), int(match[3]), int(match[4]), match[2])
        if match := _DAY_MONTH_NAME.fullmatch(text):
            return date(int(match[3]), _month_number(match[2]), int(match[1]))
        if match := _MONTH_NAME_DAY.fullmatch(text):
            return date(int(match[3]), _month_number(match[1]), int(match[2]))
    except InvalidDate:
        raise
    except ValueError:
        raise InvalidDate(f"{quoted(raw)} is not a day of the calendar", _DATE_CURE) from None
    raise InvalidDate(f"{quoted(raw)} is not a date", _DATE_CURE)


def _parse_year_last(raw: str, first: int, second: int, year: int, separator: str) -> date:
    if separator == "." or first > 12 or first == second:
        return date(year, second, first)
    if second > 12:
        return date(year, first, second)
    day_first, month_first = date(year, second, first), date(year, first, second)
    raise InvalidDate(f"{quoted(raw)} may be {day_first} or {month_first}", _DATE_CURE)


def _month_number(word: str) -> int:
    for number, month in enumerate(MONTH_NAMES, 1):
        if word == month or (len(word) in (3, 4) and month.startswith(word)):
            return number
    raise ValueError(word)


class Horizon(Struct, frozen=True):
    """The planning horizon: ``count`` periods of ``months`` months each, from ``start`` on."""

    start: date
    months: int
    count: int

    @property
    def end(self) -> date:
        """Last day of the last period."""
        return self.first(self.count) - timedelta(days=1)

    def first(self, period: int) -> date:
        """First day of a period (from 0)."""
        years, month = divmod(self.start.month - 1 + period * self.months, 12)
        return date(self.start.year + years, month + 1, 1)

    def label(self, period: int) -> str:
        """Label of a period (from 0): 2027, 2027-H1, 2027-Q1 or 2027-01.

        >>> Horizon(date(2027, 1, 1), 3, 8).label(5)
        '2028-Q2'
        """
        return label(self.first(period), self.months)

    def labels(self) -> dict[str, int]:
        """Number of each period (from 0) by its label."""
        return {self.label(period): period for period in range(self.count)}

    def touched(self, start: date | None, end: date | None) -> range:
        """Periods (from 0) that overlap the days from ``start`` to ``end``.

        None leaves that side open.
        """
        first = 0 if start is None else max(0, self._period(start))
        last = self.count - 1 if end is None else min(self.count - 1, self._period(end))
        return range(first, last + 1)

    def _period(self, day: date) -> int:
        months = (day.year - self.start.year) * 12 + day.month - self.start.month
        return months // self.months


def label(day: date, months: int) -> str:
    """Label of the period with a length of ``months`` that a day lies in.

    >>> label(date(2027, 7, 1), 6)
    '2027-H2'
    """
    if months == 12:
        return f"{day.year}"
    if months == 1:
        return f"{day.year}-{day.month:02}"
    return f"{day.year}-{'H' if months == 6 else 'Q'}{(day.month - 1) // months + 1}"


_LABEL_PATTERNS = (
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
_LOOSE_LABEL_PATTERNS = (
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
"""Common ways to write a period that are not allowed, for suggestions only."""


def guess_label(raw: Any, months: int) -> str:
    """The label that a loosely written period should have; empty if a header is no period.

    ``months`` is the length of the period if the header is a date or its serial number.

    >>> guess_label("Jan-27", 1), guess_label("Q1 27", 3), guess_label(46388.0, 3)
    ('2027-01', '2027-Q1', '2027-Q1')
    >>> guess_label("FY27", 12), guess_label("quantity", 12)
    ('2027', '')
    """
    if isinstance(raw, (int, float)) and _is_serial_number(raw):
        raw = EXCEL_DAY_ZERO + timedelta(days=int(raw))
    if isinstance(raw, date):
        return label(raw, months)
    text = fold(as_text(raw))
    for pattern, length in _LOOSE_LABEL_PATTERNS:
        if match := pattern.fullmatch(text):
            groups = match.groupdict()
            year = int(groups["year"])
            year += 2000 if year < 100 else 0
            try:
                if groups.get("month"):
                    part = _month_number(groups["month"])
                else:
                    part = int(groups.get("part") or groups.get("first") or 1)
                return label(date(year, (part - 1) * length + 1, 1), length)
            except ValueError:
                continue
    return ""


def parse_label(raw: Any, months: int) -> tuple[str, int] | None:
    """Label and length in months of the period that a header names, None if it names none.

    A date stands for the period of ``months`` months that begins on it, or else for its month.
    A date that is not the first of a month, or has a time of day, gives a length of 0.

    >>> parse_label("Q1 2027", 3), parse_label(2027.0, 12), parse_label("quantity", 12)
    (('2027-Q1', 3), ('2027', 12), None)
    """
    if has_time(raw):
        return (str(raw)[:16], 0)
    if isinstance(raw, date):
        begins_period = raw.day == 1 and (raw.month - 1) % months == 0
        length = months if begins_period else 1
        return (label(raw, length), length) if raw.day == 1 else (str(raw)[:10], 0)
    text = fold(as_text(raw))
    for pattern, length in _LABEL_PATTERNS:
        if match := pattern.fullmatch(text):
            groups = match.groupdict()
            try:
                month = groups.get("month")
                part = _month_number(month) if month else int(groups.get("part", 1))
                return label(date(int(groups["year"]), (part - 1) * length + 1, 1), length), length
            except ValueError:
                return None
    return None


def days_of_label(text: str) -> tuple[date, date] | None:
    """First and last day of the period of a label; None for any other text.

    >>> days_of_label("2027-Q1"), days_of_label("horizon")
    ((datetime.date(2027, 1, 1), datetime.date(2027, 3, 31)), None)
    """
    match = _CANONICAL_LABEL.fullmatch(text)
    if match is None:
        return None
    months = {None: 12, "H": 6, "Q": 3}.get(match["letter"], 1)
    month = (int(match["part"] or 1) - 1) * months + 1
    if not (int(match["year"]) and 1 <= month <= 12):
        return None
    period = Horizon(date(int(match["year"]), month, 1), months, 1)
    return period.start, period.end


_CANONICAL_LABEL = re.compile(r"(?P<year>\d{4})(?:-(?P<letter>[HQ]?)(?P<part>\d{1,2}))?")
