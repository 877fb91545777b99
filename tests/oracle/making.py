"""Processes: what runs, on inputs of which class, and what it takes and makes."""

from tests.oracle.network import add
from tests.oracle.plan import CLEAN, Lot
from tests.oracle.read import name, names


def make(plan):
    """run[process, b, taint, t]: every process on inputs of every class b."""
    for t in plan.calendar.periods:
        activity = {}
        for process in plan.network.processes(t):
            runs = run(plan, process, t)
            for key in process.keys:
                activity[key] = activity.get(key, []) + runs
        for key, rows in plan.network.process_rows.items():
            if plan.calendar.touching(rows, t):
                plan.lp.row(
                    [(variable, 1.0) for variable in activity.get(key, [])],
                    lower=plan.calendar.total(rows, t, "minimum", 0),
                    upper=plan.calendar.total(rows, t, "maximum"),
                )


def taints(plan, site, t):
    """Taints that a site's processes can have in a period: none where it segregates."""
    return [CLEAN] if plan.segregates(site) else plan.provenance.classes


def run(plan, process, t):
    """The variables of one process in one period, with all that it takes and makes."""
    site = process.site
    calendar, provenance = plan.calendar, plan.provenance
    units = [plan.network.process_rows[key] for key in process.keys]
    rows = [row for group in units for row in calendar.touching(group, t)]
    cost = sum(calendar.average(group, t, "cost", 0) for group in units)
    events = [provenance.event(stage, site) for row in rows for stage in names(row, "stage")]
    adds = provenance.broken(events, t)
    cleared = provenance.cleared(
        {rule for group in units for rule in always_cleared(calendar.touching(group, t))}
    )
    recipe = plan.network.recipe(process.recipe, process.feed)
    labelled = any(plan.traced(material) for material in recipe.inputs)
    variables = []
    for broken in provenance.classes if labelled else [CLEAN]:
        for taint in taints(plan, site, t):
            if not plan.segregates(site) and not broken <= taint:
                continue
            variable = plan.lp.variable(
                "run", process, broken, taint, t, cost=cost * calendar.factor(t)
            )
            variables.append(variable)
            take(plan, site, recipe, variable, broken, t)
            for material, quantity in recipe.outputs.items():
                result = (broken - cleared) | adds | taint if plan.traced(material) else CLEAN
                plan.flow(Lot(site, material, result, plan.country(site), t), variable, quantity)
            remember(plan, process, recipe, variable, t)
            for group in units:
                unit = name(group[0], "unit")
                if unit is not None:
                    use = calendar.average(group, t, "use", 1)
                    add(plan.load.setdefault((site, unit, t), {}), variable, use)
    return variables


def always_cleared(rows):
    """The rules that each of the dated rows of one unit clears."""
    return set.intersection(*(set(names(row, "clears")) for row in rows))


def take(plan, site, recipe, run_variable, broken, t):
    """Inputs of one label, of whatever customs origin."""
    for material, quantity in recipe.inputs.items():
        of_origin = {}
        for origin in plan.provenance.origins:
            taken = plan.lp.variable("take", run_variable, material, origin)
            of_origin[taken] = 1.0
            label = broken if plan.traced(material) else CLEAN
            plan.draw(Lot(site, material, label, origin, t), taken)
        plan.lp.row({**of_origin, run_variable: -quantity}, lower=0, upper=0)


def remember(plan, process, recipe, variable, t):
    """What Limits count of a process."""
    facts = {"site": process.site, "recipe": process.recipe}
    plan.record("made", t, variable, 1.0, {**facts, "material": process.feed})
    for measure, amounts in (("used", recipe.inputs), ("produced", recipe.outputs)):
        for material, quantity in amounts.items():
            plan.record(measure, t, variable, quantity, {**facts, "material": material})
