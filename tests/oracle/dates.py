"""The calendar: every period is whole months, a month is 1/12 of a year.

Moments are months since year 0 as exact fractions: part of a month counts by its days.
"""

import calendar
import datetime as dt
from fractions import Fraction

from tests.oracle.read import UNLIMITED, day, number

MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "half year": 6, "year": 12}
DAYS_A_MONTH = 365.25 / 12


def moment(date):
    """Months from year 0 to the beginning of a day."""
    days = calendar.monthrange(date.year, date.month)[1]
    return date.year * 12 + date.month - 1 + Fraction(date.day - 1, days)


class Calendar:
    """The periods 0 .. count-1 of a horizon.

    `length` is the length of a period in years, `months` in months.
    """

    def __init__(self, book):
        self.start = day(book.settings, "start")
        self.count = int(book.setting("periods", None))
        self.months = MONTHS["-".join(str(book.settings["period length"]).lower().split())]
        self.length = self.months / 12
        self.rate = book.setting("discount rate", 0)
        self.periods = range(self.count)
        self.begin = moment(self.start)
        self.end = self.begin + self.count * self.months

    def bounds(self, t):
        """Beginning and end of a period, in months."""
        return self.begin + t * self.months, self.begin + (t + 1) * self.months

    def year(self, t):
        """The calendar year of a period."""
        return int(self.bounds(t)[0] // 12)

    def label(self, t):
        """The head of a period's column: 2027, 2027-H1, 2027-Q1 or 2027-01, in small letters."""
        year, month = divmod(int(self.bounds(t)[0]), 12)
        return {
            12: f"{year}",
            6: f"{year}-h{month // 6 + 1}",
            3: f"{year}-q{month // 3 + 1}",
            1: f"{year}-{month + 1:02d}",
        }[self.months]

    def last_day(self, t):
        """The last day of a period."""
        year, month = divmod(int(self.bounds(t)[1]), 12)
        return dt.date(year, month + 1, 1) - dt.timedelta(days=1)

    def period_of(self, date):
        """The period that a day falls in; outside 0 .. count-1 beyond the horizon."""
        return int((moment(date) - self.begin) // self.months)

    def factor(self, t):
        """Discount factor of mid-period."""
        return (1 + self.rate) ** -((t + 0.5) * self.length)

    def in_periods(self, days):
        """Days as a number of periods."""
        return days / (DAYS_A_MONTH * self.months)

    def dates(self, row):
        """Beginning and end of a row, in months; blank is None."""
        first, last = day(row, "from"), day(row, "to")
        return (
            None if first is None else moment(first),
            None if last is None else moment(last + dt.timedelta(days=1)),
        )

    def span(self, row):
        """Beginning and end of a row, blank dates taken as the horizon's ends."""
        first, last = self.dates(row)
        return (self.begin if first is None else first), (self.end if last is None else last)

    def overlap(self, row, t):
        """Years that a row covers of a period."""
        first, last = self.dates(row)
        begin, end = self.bounds(t)
        begin = begin if first is None else max(begin, first)
        end = end if last is None else min(end, last)
        return float(max(end - begin, 0) / 12)

    def touching(self, rows, t):
        """The rows that touch a period."""
        return [row for row in rows if self.overlap(row, t) > 0]

    def covering(self, rows, date):
        """The row that covers a day, None if there is none."""
        for row in rows:
            first, last = day(row, "from"), day(row, "to")
            if (first is None or first <= date) and (last is None or date <= last):
                return row
        return None

    def average(self, rows, t, column, default):
        """Mean of a column in a period, weighted by the time that each row covers."""
        rows = self.touching(rows, t)
        covered = sum(self.overlap(row, t) for row in rows)
        return sum(number(row, column, default) * self.overlap(row, t) for row in rows) / covered

    def total(self, rows, t, column, default=UNLIMITED):
        """Sum of a yearly rate over the time that each row covers of a period."""
        return sum(
            number(row, column, default) * self.overlap(row, t) for row in self.touching(rows, t)
        )
