"""Capacity, and the decisions that are whole numbers: options, idling, tainted sites."""

from fractions import Fraction
from typing import NamedTuple

from tests.oracle.dates import moment
from tests.oracle.read import UNLIMITED, day, grouped, name, names, number, yes


class Build(NamedTuple):
    """One option decided in one period: its variable and the moment of decision (months)."""

    variable: int
    t: int
    decided: Fraction


def invest(plan):
    """build[option, t]; returns the builds of each option."""
    calendar, lp = plan.calendar, plan.lp
    builds = {}
    options = grouped(plan.book["options"], "option")
    for (option,), rows in options.items():
        kind, most = name(rows[0], "kind") or "yes/no", largest(rows)
        earliest = max(
            [calendar.begin]
            + [moment(day(row, "earliest")) for row in rows if day(row, "earliest")]
        )
        builds[option] = []
        for t in calendar.periods:
            begin, end = calendar.bounds(t)
            decided = max(begin, earliest)
            if decided >= end:
                continue
            cost = sum(present_cost(calendar, row, t, decided) for row in rows)
            variable = lp.variable(
                "build", option, t, cost=cost, upper=most, whole=kind != "any amount"
            )
            builds[option].append(Build(variable, t, decided))
            facts = [{"site": name(row, "site"), "option": option} for row in rows]
            plan.record("built", t, variable, 1.0, *facts)
            plan.record(
                "spent", t, variable, sum(number(row, "capital cost", 0) for row in rows), *facts
            )
        lp.row([(build.variable, 1.0) for build in builds[option]], upper=most)
    require(plan, options, builds)
    exclude(plan, options, builds)
    return builds


def largest(rows):
    """The most of an option over the horizon."""
    yes_no = (name(rows[0], "kind") or "yes/no") == "yes/no"
    return 1.0 if yes_no else number(rows[0], "most", 1)


def online(row, decided):
    """The moment from which an option runs, in months."""
    return decided + Fraction(number(row, "build months", 0))


def present_cost(calendar, row, t, decided):
    """Capital and fixed cost less what its life is worth at the end, discounted."""
    capital, life, runs = number(row, "capital cost", 0), number(row, "life"), online(row, decided)
    cost = capital * calendar.factor(t)
    for period in calendar.periods:
        begin, end = calendar.bounds(period)
        years = float(max(end - max(begin, runs), 0) / 12)
        cost += number(row, "fixed cost", 0) * years * calendar.factor(period)
    if life:
        beyond = float(runs - calendar.end) / 12 + life
        left = min(max(beyond / life, 0.0), 1.0)
        cost -= capital * left * calendar.factor(calendar.count - 1)
    return cost


def require(plan, options, builds):
    """An option is built no earlier than every option that it needs."""
    for (option,), rows in options.items():
        for needed in {other for row in rows for other in names(row, "needs")}:
            for build in builds[option]:
                ready = plan.lp.variable("ready", option, needed, build.t, upper=1, whole=True)
                before = [other for other in builds[needed] if other.t <= build.t]
                plan.lp.row([(ready, 1.0)] + [(other.variable, -1.0) for other in before], upper=0)
                plan.lp.row([(build.variable, 1.0), (ready, -largest(rows))], upper=0)


def exclude(plan, options, builds):
    """At most one of the options that share a word is built."""
    words = {}
    for (option,), rows in options.items():
        for word in {word for row in rows for word in names(row, "one of")}:
            chosen = plan.lp.variable("chosen", option, word, upper=1, whole=True)
            words.setdefault(word, []).append((chosen, 1.0))
            plan.lp.row(
                [(build.variable, 1.0) for build in builds[option]] + [(chosen, -largest(rows))],
                upper=0,
            )
    for terms in words.values():
        plan.lp.row(terms, upper=1)


def added(plan, builds, site, unit, t):
    """Capacity that each build adds to a unit in a period."""
    calendar, terms = plan.calendar, []
    begin, end = calendar.bounds(t)
    rows = calendar.touching(of_unit(plan.book["units"], site, unit), t)
    availability = calendar.average(rows, t, "availability", 1) if rows else 1.0
    for line in of_unit(plan.book["options"], site, unit):
        for build in builds[name(line, "option")]:
            years = float(max(end - max(begin, online(line, build.decided)), 0) / 12)
            amount = years * availability * number(line, "added capacity")
            terms.append((build.variable, amount))
    return terms


def of_unit(rows, site, unit):
    """The rows about one unit."""
    return [row for row in rows if (name(row, "site"), name(row, "unit")) == (site, unit)]


def limit_units(plan, builds):
    """Load between minimum load and capacity, for every unit and period."""
    calendar = plan.calendar
    units = grouped(plan.book["units"], "site", "unit")
    keys = set(units) | {(site, unit) for site, unit, _ in plan.load}
    for site, unit in sorted(keys):
        for t in calendar.periods:
            rows = calendar.touching(units.get((site, unit), []), t)
            limit_unit(plan, (site, unit, t), rows, added(plan, builds, site, unit, t), builds)


def limit_unit(plan, key, rows, added_terms, builds):
    """One unit in one period; rows that may idle have a yes/no of their own."""
    calendar, lp, t = plan.calendar, plan.lp, key[2]
    load = list(plan.load.get(key, {}).items())
    must = [row for row in rows if not yes(row, "may idle", False)]
    idle = [row for row in rows if yes(row, "may idle", False)]
    capacity = sum(ready(calendar, row, t) for row in rows)
    least = sum(ready(calendar, row, t) * number(row, "minimum load", 0) for row in must)
    lp.offset += calendar.factor(t) * sum(
        number(row, "fixed cost", 0) * calendar.overlap(row, t) for row in must
    )
    lp.row(load + [(variable, -amount) for variable, amount in added_terms], upper=capacity)
    if not idle:
        lp.row(load, lower=least)
        return
    fixed = sum(number(row, "fixed cost", 0) * calendar.overlap(row, t) for row in idle)
    runs = lp.variable("open", key, cost=fixed * calendar.factor(t), upper=1, whole=True)
    most = {
        build.variable: lp.upper[build.variable] for group in builds.values() for build in group
    }
    largest_load = capacity + sum(amount * most[variable] for variable, amount in added_terms)
    more = sum(ready(calendar, row, t) * number(row, "minimum load", 0) for row in idle)
    lp.row([*load, (runs, -largest_load)], upper=0)
    lp.row([*load, (runs, -more)], lower=least)


def ready(calendar, row, t):
    """Capacity that a row of Units has in a period."""
    return number(row, "capacity") * number(row, "availability", 1) * calendar.overlap(row, t)


def taint(plan, builds):
    """A site that does not segregate has one taint in each period for all that it makes."""
    for site in (site for site in plan.sites if not plan.segregates(site)):
        for t in plan.calendar.periods:
            states = {
                broken: plan.lp.variable("taint", site, broken, t, upper=1, whole=True)
                for broken in plan.provenance.classes
            }
            plan.lp.row([(variable, 1.0) for variable in states.values()], lower=1, upper=1)
            for key, variable in list(plan.lp.index.items()):
                if key[0] == "run" and key[1].site == site and key[4] == t:
                    most = most_activity(plan, key[1], t, builds)
                    plan.lp.row([(variable, 1.0), (states[key[3]], -most)], upper=0)


def most_activity(plan, process, t, builds):
    """The most that a process can run in a period, by its rows and units."""
    calendar, most = plan.calendar, UNLIMITED
    for key in process.keys:
        rows, site, unit = plan.network.process_rows[key], key[0], key[3]
        most = min(most, calendar.total(rows, t, "maximum"))
        use = calendar.average(rows, t, "use", 1)
        if unit is not None and use > 0:
            units = of_unit(plan.book["units"], site, unit)
            capacity = sum(ready(calendar, row, t) for row in calendar.touching(units, t))
            capacity += sum(
                amount * plan.lp.upper[variable]
                for variable, amount in added(plan, builds, site, unit, t)
            )
            most = min(most, capacity / use)
    if most == UNLIMITED:
        raise ValueError(
            f"{process[:3]} needs a capacity or a maximum: its site does not segregate"
        )
    return most
