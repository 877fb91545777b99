"""Rules, Limits and Blends: bounds on sums of flows."""

from tests.oracle.countries import ANYWHERE
from tests.oracle.read import UNLIMITED, grouped, name, names, number

WINDOWS = ("period", "year", "horizon")


def windows(calendar, row, window):
    """The periods that a row binds, in groups of its window."""
    groups = {}
    for t in calendar.periods:
        if calendar.overlap(row, t) > 0 or "always" in row:
            groups.setdefault(
                {"period": t, "year": calendar.year(t), "horizon": 0}[window], []
            ).append(t)
    return list(groups.values())


def comply(plan, deliveries):
    """The share of each line's deliveries that breaks a rule, in each window."""
    for number_of_label, label in enumerate(plan.provenance.labels):
        for row in (plan.provenance.rules[i] for i in label.rows):
            for delivered in looked_at(plan, deliveries, row, label.processing):
                share = number(row, "maximum share", 0)
                plan.lp.row(
                    [(v, (number_of_label in broken) - share) for v, broken in delivered], upper=0
                )


def looked_at(plan, deliveries, row, always):
    """The deliveries that a row of Rules bounds: one list for each line and window."""
    window = {"calendar year": "year"}.get(name(row, "window"), name(row, "window") or "horizon")
    binding = {**row, "always": True} if always else row
    lines = grouped(plan.book["demand"], "line", "customer", "material")
    for line, rows in lines.items():
        for periods in windows(plan.calendar, binding, window):
            asked = [t for t in periods if asks(plan, row, rows, t)]
            yield [item for t in asked for item in deliveries.get((line, t), {}).items()]


def asks(plan, rule, rows, t):
    """True if a rule is for a segment that a demand line has in a period."""
    asked = names(rule, "segments")
    segments = [name(row, "segment") for row in plan.calendar.touching(rows, t)]
    return "*" in asked or any(segment in asked for segment in segments)


COLUMNS = (
    "site",
    "to site",
    "owner",
    "material",
    "recipe",
    "offer",
    "line",
    "mode",
    "option",
)


def counts(row, record, columns, countries):
    """True if a limit counts a record, looking at some of its columns and at some countries."""
    return any(
        fact["country"] in countries
        and all(
            not names(row, column)
            or "*" in names(row, column)
            or fact.get(column) in names(row, column)
            for column in columns
        )
        for fact in record.facts
    )


def limit(plan):
    """The planner's own bounds, in tonnes, money or shares per window."""
    for row in plan.book["limits"]:
        records = [record for record in plan.records if record.measure == name(row, "measure")]
        share = name(row, "as") == "share"
        countries = plan.provenance.countries.places(row, "country")
        for periods in windows(plan.calendar, row, name(row, "window") or "period"):
            if name(row, "measure") == "stock":
                periods = periods[-1:]
            inside = [record for record in records if record.t in periods]
            counted = [
                (record.variable, record.amount)
                for record in inside
                if counts(row, record, COLUMNS, countries)
            ]
            base = [
                (record.variable, record.amount)
                for record in inside
                if share and counts(row, record, ("material",), ANYWHERE)
            ]
            least, most = number(row, "minimum", 0), number(row, "maximum", UNLIMITED)
            if not share:
                plan.lp.row(counted, lower=number(row, "minimum", -UNLIMITED), upper=most)
                continue
            plan.lp.row(
                counted + [(variable, -least * amount) for variable, amount in base], lower=0
            )
            if most < UNLIMITED:
                plan.lp.row(
                    counted + [(variable, -most * amount) for variable, amount in base], upper=0
                )


def blend(plan):
    """The share of an oxide in all that a recipe takes in at a site in a period."""
    for row in plan.book["blends"]:
        site, recipe, oxide = (name(row, column) for column in ("site", "recipe", "oxide"))
        for t in plan.calendar.periods:
            taken = [
                (
                    record.variable,
                    record.amount,
                    plan.network.assays.get((fact["material"], oxide), 0.0),
                )
                for record in plan.records
                if record.measure == "used" and record.t == t
                for fact in record.facts
                if (fact["site"], fact["recipe"]) == (site, recipe)
            ]
            least, most = number(row, "minimum"), number(row, "maximum")
            if most is not None:
                plan.lp.row([(v, amount * (share - most)) for v, amount, share in taken], upper=0)
            if least is not None:
                plan.lp.row([(v, amount * (share - least)) for v, amount, share in taken], lower=0)
