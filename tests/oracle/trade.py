"""Shipping and delivering."""

import math

from tests.oracle.duty import duty
from tests.oracle.plan import Lot
from tests.oracle.read import grouped, number


def ship(plan):
    """ship[lane, material, class, origin, t] by departure; freight, duty, carrying cost."""
    for t in plan.calendar.periods:
        shipped = {}
        for key, material in plan.network.lanes(t):
            shipped.setdefault(key, []).extend(depart(plan, key, material, t))
        for key, variables in shipped.items():
            limit_lane(plan, key, variables, t)


def depart(plan, key, material, t):
    """The variables of one lane, material and period."""
    calendar, rows = plan.calendar, plan.network.lane_rows[key]
    start, end, _, mode = key
    days = calendar.average(rows, t, "lead days", 0)
    share = calendar.average(rows, t, "arrives", 1)
    whole, part = divmod(calendar.in_periods(days), 1)
    cost = (
        calendar.average(rows, t, "cost", None)
        + plan.carrying * plan.value(material) * days / 365.25
    )
    variables = []
    for origin in plan.provenance.origins:
        due = customs(plan, start, end, material, origin, t)
        for broken in plan.classes(material):
            variable = plan.lp.variable(
                "ship", key, material, broken, origin, t, cost=(cost + due) * calendar.factor(t)
            )
            variables.append(variable)
            plan.draw(Lot(start, material, broken, origin, t), variable)
            for arrival, of_it in ((t + int(whole), 1 - part), (t + int(whole) + 1, part)):
                if of_it > 0 and arrival in calendar.periods:
                    plan.flow(Lot(end, material, broken, origin, arrival), variable, share * of_it)
            plan.record(
                "shipped",
                t,
                variable,
                1.0,
                {"site": start, "to site": end, "material": material, "mode": mode},
            )
    return variables


def customs(plan, start, end, material, origin, t):
    """Duty per tonne on a lane; none inside a country, none for goods that come home."""
    there = plan.country(end)
    if plan.country(start) == there or origin == there:
        return 0.0
    return duty(plan, t, (origin, there, material), plan.value(material))


def limit_lane(plan, key, variables, t):
    """The most of a lane, and what it costs to use it at all."""
    calendar, rows = plan.calendar, plan.network.lane_rows[key]
    most = calendar.total(rows, t, "maximum")
    plan.lp.row([(variable, 1.0) for variable in variables], upper=most)
    fixed = calendar.average(rows, t, "fixed cost", 0)
    least = calendar.average(rows, t, "minimum when used", 0)
    if fixed or least:
        used = plan.lp.variable(
            "use lane", key, t, cost=fixed * calendar.factor(t), upper=1, whole=True
        )
        plan.lp.row([(variable, 1.0) for variable in variables] + [(used, -most)], upper=0)
        plan.lp.row([(variable, 1.0) for variable in variables] + [(used, -least)], lower=0)


def sell(plan):
    """deliver[line, class, origin, t] and short[line, t]; returns deliveries by line."""
    deliveries = {}
    for key, rows in grouped(plan.book["demand"], "line", "customer", "material").items():
        for t in plan.calendar.periods:
            if plan.calendar.touching(rows, t):
                deliveries[key, t] = sell_in(plan, key, rows, t)
    return deliveries


def wanted(plan, row, t):
    """Tonnes that a row of Demand asks for in a period; its column wins."""
    for column in row:
        if column == plan.calendar.label(t) and number(row, column) is not None:
            return number(row, column)
    return number(row, "quantity", 0) * plan.calendar.overlap(row, t)


def sell_in(plan, key, rows, t):
    """Deliveries of one line in one period, by variable with their class."""
    calendar, lp = plan.calendar, plan.lp
    line, customer, material = key
    touching = calendar.touching(rows, t)
    quantity = sum(wanted(plan, row, t) for row in touching)
    least = sum(number(row, "minimum", 0) * wanted(plan, row, t) for row in touching)
    price = calendar.average(rows, t, "price", 0)
    penalty = calendar.average(
        rows, t, "shortage penalty", plan.book.setting("shortage penalty", math.nan)
    )
    delivered = {}
    for broken in plan.classes(material):
        for origin in plan.provenance.origins:
            variable = lp.variable(
                "deliver", key, broken, origin, t, cost=-price * calendar.factor(t)
            )
            delivered[variable] = broken
            plan.draw(Lot(customer, material, broken, origin, t), variable)
            plan.record(
                "delivered",
                t,
                variable,
                1.0,
                {"site": customer, "material": material, "line": line},
            )
    short = lp.variable("short", key, t, cost=penalty * calendar.factor(t))
    lp.row([(variable, 1.0) for variable in [*delivered, short]], lower=quantity, upper=quantity)
    lp.row([(variable, 1.0) for variable in delivered], lower=least)
    return delivered
