"""Buying and holding, and the balance of every lot."""

from tests.oracle.plan import CLEAN, Lot
from tests.oracle.read import UNLIMITED, day, grouped, name, number


def lot_class(plan, row, site, material, t):
    """The class with which a lot is bought (in period t) or held (t is None)."""
    if not plan.traced(material):
        return CLEAN
    return plan.provenance.broken(plan.provenance.history(row, site, material), t)


def buy(plan):
    """buy[offer, t]: price, minimum, maximum, contracts."""
    calendar, lp = plan.calendar, plan.lp
    offers = grouped(plan.book["supply"], "offer", "site", "material")
    for key, rows in offers.items():
        offer, site, material = key
        bought = {}
        for t in calendar.periods:
            touching = calendar.touching(rows, t)
            if not touching:
                continue
            price = calendar.average(rows, t, "price", None)
            bought[t] = lp.variable(
                "buy",
                key,
                t,
                cost=price * calendar.factor(t),
                lower=calendar.total(rows, t, "minimum", 0),
                upper=calendar.total(rows, t, "maximum"),
            )
            latest = max(touching, key=lambda row: calendar.span(row)[0])
            origin = plan.provenance.origin(latest, site)
            broken = frozenset().union(
                *(lot_class(plan, row, site, material, t) for row in touching)
            )
            plan.flow(Lot(site, material, broken, origin, t), bought[t], 1.0)
            plan.record(
                "bought", t, bought[t], 1.0, {"site": site, "material": material, "offer": offer}
            )
        for i, row in enumerate(rows):
            contract(plan, (key, i), row, rows, bought)
    wait(plan, offers)


def wait(plan, offers):
    """What comes after another offer is bought only in periods in which that one is full."""
    calendar, lp = plan.calendar, plan.lp
    for key, rows in offers.items():
        most_of = {t: calendar.total(rows, t, "maximum") for t in calendar.periods}
        for i, row in enumerate(rows):
            before = (name(row, "after"), *key[1:])
            for t in calendar.periods:
                if before[0] is None or calendar.overlap(row, t) == 0:
                    continue
                own, first = lp.index["buy", key, t], lp.index["buy", before, t]
                full = lp.variable("full", key, i, t, upper=1, whole=True)
                needed = calendar.total(offers[before], t, "maximum")
                lp.row([(first, 1.0), (full, -needed)], lower=0)
                lp.row([(own, 1.0), (full, -most_of[t])], upper=0)


def contract(plan, key, row, rows, bought):
    """The most of a contract over its dates, and what is paid for anyway."""
    calendar, lp = plan.calendar, plan.lp
    quantity = number(row, "contract quantity")
    periods = [t for t in calendar.periods if calendar.overlap(row, t) > 0]
    if quantity is None or not periods:
        return
    first, last = calendar.span(row)
    inside = min(last, calendar.end) - max(first, calendar.begin)
    quantity *= float(inside / (last - first))
    terms = {
        bought[t]: calendar.overlap(row, t) / sum(calendar.overlap(other, t) for other in rows)
        for t in periods
    }
    lp.row(terms, upper=quantity)
    paid = number(row, "take or pay", 0) * quantity
    if paid > 0:
        cost = number(row, "price") * calendar.factor(periods[-1])
        shortfall = lp.variable("shortfall", key, cost=cost, upper=paid)
        lp.row({**terms, shortfall: 1.0}, lower=paid)


def arrive(plan):
    """What is already under way at the start."""
    for row in plan.book["pipeline"]:
        site, material, t = (
            name(row, "to site"),
            name(row, "material"),
            plan.calendar.period_of(day(row, "arrival")),
        )
        if t in plan.calendar.periods:
            broken = lot_class(plan, row, site, material, None)
            origin = plan.provenance.origin(row, site)
            plan.put(Lot(site, material, broken, origin, t), number(row, "quantity"))


def hold(plan):
    """stock[site, material, class, origin, t] at period end."""
    calendar = plan.calendar
    for (site, material), rows in grouped(plan.book["stocks"], "site", "material").items():
        first = calendar.covering(rows, calendar.start)
        if first is not None and number(first, "opening", 0) > 0:
            broken = lot_class(plan, first, site, material, None)
            origin = plan.provenance.origin(first, site)
            plan.put(Lot(site, material, broken, origin, 0), number(first, "opening"))
        for t in calendar.periods:
            last = calendar.covering(rows, calendar.last_day(t))
            if last is not None:
                close(plan, site, material, calendar.touching(rows, t), last, t)


def close(plan, site, material, rows, row, t):
    """Closing stock of one period: `rows` touch it, `row` covers its last day.

    "A rule or limit binds a period that it touches at all"; "prices are averaged by the time
    that each covers".
    """
    calendar, lp = plan.calendar, plan.lp
    last = t == calendar.count - 1
    yearly = calendar.average(rows, t, "holding cost", 0) + plan.carrying * plan.value(material)
    cost = yearly * calendar.length - (number(row, "closing value", 0) if last else 0)
    held = {}
    for broken in plan.classes(material):
        for origin in plan.provenance.origins:
            variable = lp.variable(
                "stock", site, material, broken, origin, t, cost=cost * calendar.factor(t)
            )
            held[variable] = 1.0
            plan.flow(Lot(site, material, broken, origin, t), variable, -1.0)
            if not last:
                plan.flow(Lot(site, material, broken, origin, t + 1), variable, 1.0)
            plan.record("stock", t, variable, 1.0, {"site": site, "material": material})
    for each in rows:
        lp.row(held, lower=number(each, "minimum", 0), upper=number(each, "maximum", UNLIMITED))
    if last:
        lp.row(held, lower=number(row, "closing", 0))
    cover = calendar.in_periods(max(number(each, "days of cover", 0) for each in rows))
    if cover:
        used = plan.drawn.get((site, material, t if last else t + 1), {})
        lp.row(
            [*held.items(), *((variable, -cover * amount) for variable, amount in used.items())],
            lower=0,
        )


def discard(plan):
    """discard[lot]: only what has a disposal cost."""
    for material, row in plan.materials.items():
        cost = number(row, "disposal cost")
        if cost is not None:
            for site in plan.sites:
                for lot in lots(plan, site, material):
                    variable = plan.lp.variable(
                        "discard", lot, cost=cost * plan.calendar.factor(lot.t)
                    )
                    plan.flow(lot, variable, -1.0)


def downgrade(plan):
    """downgrade[lot, label]: use a lot as if it broke one more rule."""
    for material in filter(plan.traced, plan.materials):
        for site in plan.sites:
            for lot in lots(plan, site, material):
                for label in set(range(len(plan.provenance.labels))) - lot.broken:
                    variable = plan.lp.variable("downgrade", lot, label)
                    plan.flow(lot, variable, -1.0)
                    plan.flow(lot._replace(broken=lot.broken | {label}), variable, 1.0)


def lots(plan, site, material):
    """All lots of a material at a site."""
    return [
        Lot(site, material, broken, origin, t)
        for broken in plan.classes(material)
        for origin in plan.provenance.origins
        for t in plan.calendar.periods
    ]


def settle(plan):
    """The balance of every lot: what comes in goes out."""
    for lot, terms in plan.balance.items():
        given = plan.given.get(lot, 0.0)
        plan.lp.row(terms, lower=-given, upper=-given)
