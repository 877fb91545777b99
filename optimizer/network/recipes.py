"""Processes and units: recipes, made from assays and recoveries where they separate."""

from __future__ import annotations

from msgspec import Struct

from optimizer.network.calendar import Calendar
from optimizer.network.dated_rows import average, covered, grouped, total
from optimizer.network.network_data import NetworkProcess, NetworkUnit, ProcessBound
from optimizer.tables import sheets
from optimizer.tables.case import Case
from optimizer.tables.schema import INFINITY

Quantities = tuple[dict[str, float], dict[str, float]]
"""Inputs and outputs, tonnes per unit of activity by material."""


class Recipes:
    """What every recipe takes in and gives out, for any feed."""

    def __init__(self, case: Case) -> None:
        self._lines = grouped(case.recipes, lambda line: line.recipe)
        self._recoveries = grouped(case.recoveries, lambda line: line.recipe)
        self.assays = {
            feed: {row.oxide: row.share for row in rows}
            for feed, rows in grouped(case.assays, lambda row: row.feed).items()
        }

    def quantities(self, recipe: str, feed: str) -> Quantities:
        """Inputs and outputs of a recipe; one unit of activity is one tonne of feed.

        A separation gives share x recovery of each oxide, summed by product.
        """
        inputs: dict[str, float] = {}
        outputs: dict[str, float] = {}
        for line in self._lines.get(recipe, ()):
            side = inputs if line.direction == "in" else outputs
            side[line.material] = side.get(line.material, 0.0) + line.quantity
        if feed:
            inputs[feed] = inputs.get(feed, 0.0) + 1.0
            contents = self.assays[feed]
            for row in self._recoveries.get(recipe, ()):
                made = contents.get(row.oxide, 0.0) * row.recovery
                outputs[row.product] = outputs.get(row.product, 0.0) + made
        return _without_zeros(inputs), _without_zeros(outputs)


class _ProcessRows(Struct, frozen=True):
    """Rows of one key (site, recipe, feed, unit) as they stand for one process."""

    key: tuple[str, str, str, str]
    rows: list[sheets.Process]
    periods: int


def processes(
    case: Case, calendar: Calendar
) -> tuple[tuple[NetworkProcess, ...], tuple[ProcessBound, ...], tuple[NetworkUnit, ...]]:
    """Every process with its recipe, the limits of its rows, and the units."""
    recipes = Recipes(case)
    keys = grouped(case.processes, lambda row: (row.site, row.recipe, row.feed, row.unit))
    parts = _parts(keys, tuple(recipes.assays), calendar)
    made = tuple(
        _process(site, recipe, feed, own, recipes, calendar)
        for (site, recipe, feed), own in parts.items()
    )
    bounds = _bounds(keys, list(parts.values()), calendar)
    return made, bounds, _units(case, calendar, list(parts.values()))


def _parts(
    keys: dict[tuple[str, str, str, str], list[sheets.Process]],
    feeds: tuple[str, ...],
    calendar: Calendar,
) -> dict[tuple[str, str, str], list[_ProcessRows]]:
    """Rows by process; a ``*`` row stands for every feed that no row of its key names."""
    parts: dict[tuple[str, str, str], list[_ProcessRows]] = {}
    for key, rows in keys.items():
        site, recipe, feed, unit = key
        periods = covered(rows, calendar)
        if feed != "*":
            parts.setdefault((site, recipe, feed), []).append(_ProcessRows(key, rows, periods))
            continue
        for name in feeds:
            named = keys.get((site, recipe, name, unit), [])
            left = periods & ~covered(named, calendar)
            if left:
                parts.setdefault((site, recipe, name), []).append(_ProcessRows(key, rows, left))
    return parts


def _process(
    site: str,
    recipe: str,
    feed: str,
    parts: list[_ProcessRows],
    recipes: Recipes,
    calendar: Calendar,
) -> NetworkProcess:
    inputs, outputs = recipes.quantities(recipe, feed)
    cost = [0.0] * calendar.count
    periods = 0
    for part in parts:
        periods |= part.periods
        for t, value in enumerate(average(part.rows, lambda row: row.cost, calendar)):
            if part.periods >> t & 1:
                cost[t] += value
    rows = [row for part in parts for row in part.rows]
    return NetworkProcess(
        name=f"{recipe} of {feed}" if feed else recipe,
        site=site,
        recipe=recipe,
        feed=feed,
        inputs=inputs,
        outputs=outputs,
        stages=[_stages(parts, t, calendar) for t in range(calendar.count)],
        clears=[_clears(parts, t, calendar) for t in range(calendar.count)],
        rows=tuple(row.row for row in rows),
        periods=periods,
        cost=cost,
    )


def _there(part: _ProcessRows, t: int, calendar: Calendar) -> list[sheets.Process]:
    """Rows of a part that cover some of a period."""
    if not part.periods >> t & 1:
        return []
    return [row for row in part.rows if calendar.cover(row.start, row.end)[t] > 0]


def _stages(parts: list[_ProcessRows], t: int, calendar: Calendar) -> tuple[str, ...]:
    """Events in a period: what any row names that covers some of it."""
    rows = [row for part in parts for row in _there(part, t, calendar)]
    return tuple(dict.fromkeys(stage for row in rows for stage in row.stages))


def _clears(parts: list[_ProcessRows], t: int, calendar: Calendar) -> tuple[str, ...]:
    """Rules cleared in a period: by every dated row of a key that covers some of it."""
    found: dict[str, None] = {}
    for part in parts:
        rows = _there(part, t, calendar)
        for rule in rows[0].clears if rows else ():
            if all(rule in row.clears for row in rows):
                found[rule] = None
    return tuple(found)


def _bounds(
    keys: dict[tuple[str, str, str, str], list[sheets.Process]],
    parts: list[list[_ProcessRows]],
    calendar: Calendar,
) -> tuple[ProcessBound, ...]:
    """Limits of each key's rows, over all processes that they stand for together."""
    members: dict[tuple[str, str, str, str], dict[int, int]] = {}
    for index, own in enumerate(parts):
        for part in own:
            members.setdefault(part.key, {})[index] = part.periods
    bounds = []
    for key, rows in keys.items():
        minimum = total(rows, lambda row: row.minimum, calendar)
        maximum = total(rows, lambda row: row.maximum, calendar)
        if any(minimum) or any(row.maximum < INFINITY for row in rows):
            site, recipe, feed, _ = key
            name = f"{recipe} of {feed} at {site}" if feed else f"{recipe} at {site}"
            places = tuple(row.row for row in rows)
            bounds.append(ProcessBound(name, members.get(key, {}), minimum, maximum, places))
    return tuple(bounds)


def _units(
    case: Case, calendar: Calendar, parts: list[list[_ProcessRows]]
) -> tuple[NetworkUnit, ...]:
    uses: dict[tuple[str, str], dict[int, list[float]]] = {}
    for index, own in enumerate(parts):
        for part in own:
            site, _, _, unit = part.key
            if not unit:
                continue
            use = uses.setdefault((site, unit), {}).setdefault(index, [0.0] * calendar.count)
            for t, value in enumerate(average(part.rows, lambda row: row.use, calendar)):
                if part.periods >> t & 1:
                    use[t] += value
    rows_of = grouped(case.units, lambda row: (row.site, row.unit))
    found = dict.fromkeys((*rows_of, *uses))
    return tuple(
        _unit(site, unit, rows_of.get((site, unit), []), uses.get((site, unit), {}), calendar)
        for site, unit in found
    )


def _unit(
    site: str,
    unit: str,
    rows: list[sheets.Unit],
    uses: dict[int, list[float]],
    calendar: Calendar,
) -> NetworkUnit:
    bound = [row for row in rows if not row.may_idle]
    idling = [row for row in rows if row.may_idle]

    def least(own: list[sheets.Unit]) -> list[float]:
        return total(own, lambda row: row.capacity * row.availability * row.minimum_load, calendar)

    return NetworkUnit(
        site=site,
        unit=unit,
        capacity=total(rows, lambda row: row.capacity * row.availability, calendar),
        availability=_availability(rows, calendar),
        fixed_cost=total(bound, lambda row: row.fixed_cost, calendar),
        minimum=least(bound),
        idle_fixed_cost=total(idling, lambda row: row.fixed_cost, calendar),
        idle_minimum=least(idling),
        uses=uses,
        rows=tuple(row.row for row in rows),
    )


def _availability(rows: list[sheets.Unit], calendar: Calendar) -> list[float]:
    """Availability by period: that of the rows, averaged; 1 where there is none."""
    periods = covered(rows, calendar)
    if not periods:
        return [1.0] * calendar.count
    mean = average(rows, lambda row: row.availability, calendar)
    return [mean[t] if periods >> t & 1 else 1.0 for t in range(calendar.count)]


def _without_zeros(quantities: dict[str, float]) -> dict[str, float]:
    return {material: quantity for material, quantity in quantities.items() if quantity}
