"""The calendar: labels, what dated rows cover, discounting, lead times in periods."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

import optimizer
from optimizer.network import calendar as calendars
from optimizer.network.calendar import Calendar, mask, members
from optimizer.network.dated_rows import average, total
from tests.conftest import lane, make, need, offer, plan


def calendar(length: str = "year", periods: int = 2, start: date = date(2027, 1, 1)) -> Calendar:
    settings = {"period length": length, "periods": periods, "start": start}
    return calendars.build(make(Settings=settings).settings)


@pytest.mark.parametrize(
    ("length", "start", "labels"),
    [
        ("year", date(2027, 1, 1), ("2027", "2028", "2029")),
        ("half-year", date(2027, 7, 1), ("2027-H2", "2028-H1", "2028-H2")),
        ("quarter", date(2027, 10, 1), ("2027-Q4", "2028-Q1", "2028-Q2")),
        ("month", date(2027, 11, 1), ("2027-11", "2027-12", "2028-01")),
    ],
)
def test_a_period_is_named_after_its_first_month(length, start, labels):
    assert calendar(length, 3, start).labels == labels


def test_periods_follow_each_other_without_a_gap_through_a_leap_year():
    found = calendar("month", 3, date(2028, 1, 1))
    assert found.first == (date(2028, 1, 1), date(2028, 2, 1), date(2028, 3, 1))
    assert found.last == (date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31))


@pytest.mark.parametrize(
    ("length", "years"), [("year", 1), ("half-year", 1 / 2), ("quarter", 1 / 4), ("month", 1 / 12)]
)
def test_periods_of_a_kind_are_equally_long_whatever_their_days(length, years):
    found = calendar(length, 4)
    assert found.year_fraction == years
    assert found.cover(None, None) == pytest.approx([years] * 4, abs=1e-15)


def test_part_of_a_month_counts_by_its_days_and_both_ends_are_included():
    # 16 to 31 January is 16 of 31 days of a twelfth of a year; 1 to 14 February 14 of 28 days.
    covered = calendar("month", 3).cover(date(2027, 1, 16), date(2027, 2, 14))
    assert covered == pytest.approx([16 / 31 / 12, 14 / 28 / 12, 0])


def test_half_of_february_is_longer_in_a_leap_year():
    # 1 to 14 February: 14 of 28 days in 2027, 14 of 29 in 2028; each month is a twelfth.
    found = calendar("year", 2)
    assert found.cover(date(2027, 2, 1), date(2027, 2, 14))[0] == pytest.approx(14 / 28 / 12)
    assert found.cover(date(2028, 2, 1), date(2028, 2, 14))[1] == pytest.approx(14 / 29 / 12)
    assert found.cover(date(2028, 2, 29), date(2028, 2, 29))[1] == pytest.approx(1 / 29 / 12)


def test_a_blank_end_is_the_end_of_the_horizon():
    assert calendar().cover(date(2028, 7, 1), None) == pytest.approx([0, 0.5])
    assert calendar().cover(None, date(2027, 3, 31)) == pytest.approx([0.25, 0])


def test_dates_beyond_the_horizon_cover_nothing_of_it():
    assert calendar().cover(date(2029, 1, 1), date(2029, 12, 31)) == (0, 0)
    assert calendar().cover(date(2020, 1, 1), date(2026, 12, 31)) == (0, 0)


def test_two_rows_that_meet_cover_a_year_exactly():
    first = calendar().cover(None, date(2027, 5, 17))[0]
    second = calendar().cover(date(2027, 5, 18), None)[0]
    assert first + second == pytest.approx(1, abs=1e-15)


def test_a_single_day_touches_its_period():
    # The last day of 2027 touches period 0 alone, two days over New Year touch both.
    assert calendar().touched(date(2027, 12, 31), date(2027, 12, 31)) == 0b01
    assert calendar().touched(date(2027, 12, 31), date(2028, 1, 1)) == 0b11
    assert calendar().touched(date(2029, 1, 1), None) == 0


def test_a_day_falls_in_the_period_that_holds_it():
    found = calendar("quarter", 4)
    days = (date(2026, 12, 31), date(2027, 1, 1), date(2027, 3, 31), date(2027, 4, 1))
    assert [found.period_of(day) for day in days] == [-1, 0, 0, 1]
    assert found.period_of(date(2028, 1, 1)) == found.count


def test_money_falls_at_mid_period():
    # At 10 % a year the middles of two half-years are 0.25 and 0.75 years from the start.
    assert calendar("half-year", 2).discount(0.1) == pytest.approx([1.1**-0.25, 1.1**-0.75])
    assert calendar().discount(0) == [1, 1]


def test_masks_of_periods_can_be_read_back():
    assert mask([0, 3]) == 0b1001
    assert list(members(0b1001)) == [0, 3]
    assert calendar("quarter", 5).all == 0b11111


def supply(**columns: list) -> list:
    """Rows of one offer over the halves of 2027, values by column."""
    halves = [(None, date(2027, 6, 30)), (date(2027, 7, 1), None)]
    rows = [offer("kaz", from_=start, to=end) for start, end in halves]
    for column, values in columns.items():
        for row, value in zip(rows, values, strict=True):
            row[column] = value
    return list(make(Supply=rows, Demand=[need(1)]).supply)


def test_limits_of_dated_rows_add_up_pro_rata():
    # Half a year at 100 t and half a year at 40 t a year: 50 + 20 t in 2027, then 40 t.
    rows = supply(maximum=[100, 40])
    assert total(rows, lambda row: row.maximum, calendar()) == [70, 40]


def test_prices_of_dated_rows_are_averaged_by_time():
    # Half of 2027 at 10, half at 30; 2028 at 30.
    rows = supply(price=[10, 30])
    assert average(rows, lambda row: row.price, calendar()) == [20, 30]


def test_time_that_no_row_covers_does_not_dilute_a_price():
    # A quarter at 10 and a quarter at 20, then nothing: 2027 costs 15, not 7.5; 2028 has none.
    rows = supply(price=[10, 20])
    quarters = [(None, date(2027, 3, 31)), (date(2027, 4, 1), date(2027, 6, 30))]
    rows = [
        replace(row, start=start, end=end) for row, (start, end) in zip(rows, quarters, strict=True)
    ]
    assert average(rows, lambda row: row.price, calendar()) == [15, 0]


def test_the_price_of_a_single_row_is_not_diluted_either():
    rows = make(Supply=[offer("kaz", price=8, from_=date(2027, 10, 1))], Demand=[need(1)]).supply
    assert average(rows, lambda row: row.price, calendar())[0] == 8


def arrivals(days: float, length: str) -> tuple:
    """Arrivals (periods later, share) of what leaves on a lane of so many days."""
    case = make(
        Settings={"period length": length, "periods": 4},
        Supply=[offer("kaz")],
        Lanes=[lane("Kaz", "Buyer", lead_days=days)],
        Demand=[need(10)],
    )
    return optimizer.build_network(case).flows.ships[0].arrivals


def test_a_lead_time_of_half_a_period_is_split_over_two():
    # 45.65625 days are 1.5 months of 365.25 / 12 days: half after one month, half after two.
    assert dict(arrivals(45.65625, "month")) == pytest.approx({1: 0.5, 2: 0.5})


def test_a_whole_number_of_periods_is_not_split():
    # 365.25 / 12 * 3 = 91.3125 days are one quarter.
    assert arrivals(91.3125, "quarter") == ((1, 1.0),)
    assert arrivals(0, "quarter") == ((0, 1.0),)


def test_a_short_lead_time_on_a_long_calendar_brings_most_within_the_period():
    # 73.05 days are a fifth of a year: 0.8 arrives within the year, 0.2 in the next.
    assert dict(arrivals(73.05, "year")) == pytest.approx({0: 0.8, 1: 0.2})


def test_a_rate_per_year_is_scaled_to_the_period():
    # 120 t a year are 10 t in a month; at most 60 t a year can be bought: 5 t short at 100.
    result = plan(
        Settings={"period length": "month"},
        Supply=[offer("kaz", maximum=60)],
        Demand=[need(120)],
    )
    assert result.shortage == pytest.approx(5)
    assert result.objective == pytest.approx(5 * 1 + 5 * 100)
