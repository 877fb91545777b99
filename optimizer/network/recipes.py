"""Processes and units, with recipes computed from assays and recoveries for separations."""

from __future__ import annotations

from msgspec import Struct

from optimizer.network.calendar import Calendar
from optimizer.network.dated_rows import average, covered, total
from optimizer.network.network_data import NetworkProcess, NetworkUnit, ProcessBound
from optimizer.tables import sheets
from optimizer.tables.case import Case
from optimizer.tables.schema import INFINITY, group_rows

ProcessKey = tuple[str, str, str, str]
"""Site, recipe, feed and unit."""

RecipeQuantities = tuple[dict[str, float], dict[str, float]]
"""Inputs and outputs, tonnes per unit of activity by material."""


class Recipes:
    """Inputs and outputs of every recipe, for any feed."""

    def __init__(self, case: Case) -> None:
        self._lines = group_rows(case.recipes, lambda line: line.recipe)
        self._recoveries = group_rows(case.recoveries, lambda line: line.recipe)
        self.assays = {
            feed: {row.oxide: row.share for row in rows}
            for feed, rows in group_rows(case.assays, lambda row: row.feed).items()
        }

    def quantities(self, recipe: str, feed: str) -> RecipeQuantities:
        """Inputs and outputs per unit of activity; with a feed, a unit is one tonne of it.

        A separation yields share x recovery of each oxide, summed by product.
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
    """Rows of one key, and the periods in which they apply."""

    key: ProcessKey
    rows: list[sheets.Process]
    periods: int


def processes(
    case: Case, calendar: Calendar
) -> tuple[tuple[NetworkProcess, ...], tuple[ProcessBound, ...], tuple[NetworkUnit, ...]]:
    """Every process with its recipe, the limits of its rows, and the units."""
    recipes = Recipes(case)
    rows_of_key = group_rows(case.processes, lambda row: (row.site, row.recipe, row.feed, row.unit))
    process_rows = _rows_by_process(rows_of_key, tuple(recipes.assays), calendar)
    made = tuple(
        _process(site, recipe, feed, dated_rows, recipes, calendar)
        for (site, recipe, feed), dated_rows in process_rows.items()
    )
    bounds = _bounds(rows_of_key, list(process_rows.values()), calendar)
    return made, bounds, _units(case, calendar, list(process_rows.values()))


def _rows_by_process(
    rows_of_key: dict[ProcessKey, list[sheets.Process]],
    feeds: tuple[str, ...],
    calendar: Calendar,
) -> dict[tuple[str, str, str], list[_ProcessRows]]:
    """Rows by process; a ``*`` row applies to every feed that no other row of its key names."""
    process_rows: dict[tuple[str, str, str], list[_ProcessRows]] = {}
    for key, rows in rows_of_key.items():
        site, recipe, feed, unit = key
        periods = covered(rows, calendar)
        if feed != "*":
            process_rows.setdefault((site, recipe, feed), []).append(
                _ProcessRows(key, rows, periods)
            )
            continue
        for name in feeds:
            rows_of_feed = rows_of_key.get((site, recipe, name, unit), [])
            periods_left = periods & ~covered(rows_of_feed, calendar)
            if periods_left:
                process_rows.setdefault((site, recipe, name), []).append(
                    _ProcessRows(key, rows, periods_left)
                )
    return process_rows


def _process(
    site: str,
    recipe: str,
    feed: str,
    process_rows: list[_ProcessRows],
    recipes: Recipes,
    calendar: Calendar,
) -> NetworkProcess:
    inputs, outputs = recipes.quantities(recipe, feed)
    cost = [0.0] * calendar.count
    periods = 0
    for dated in process_rows:
        periods |= dated.periods
        for t, value in enumerate(average(dated.rows, lambda row: row.cost, calendar)):
            if dated.periods >> t & 1:
                cost[t] += value
    rows = [row for dated in process_rows for row in dated.rows]
    return NetworkProcess(
        name=f"{recipe} of {feed}" if feed else recipe,
        site=site,
        recipe=recipe,
        feed=feed,
        inputs=inputs,
        outputs=outputs,
        stages=[_stages(process_rows, t, calendar) for t in range(calendar.count)],
        clears=[_clears(process_rows, t, calendar) for t in range(calendar.count)],
        rows=tuple(row.row for row in rows),
        periods=periods,
        cost=cost,
    )


def _rows_covering(dated: _ProcessRows, t: int, calendar: Calendar) -> list[sheets.Process]:
    """Rows of a process that cover part of a period."""
    if not dated.periods >> t & 1:
        return []
    return [row for row in dated.rows if calendar.cover(row.start, row.end)[t] > 0]


def _stages(process_rows: list[_ProcessRows], t: int, calendar: Calendar) -> tuple[str, ...]:
    """Stages of a period: those that any row names that covers part of it."""
    rows = [row for dated in process_rows for row in _rows_covering(dated, t, calendar)]
    return tuple(dict.fromkeys(stage for row in rows for stage in row.stages))


def _clears(process_rows: list[_ProcessRows], t: int, calendar: Calendar) -> tuple[str, ...]:
    """Rules that a key's rows clear in a period: all that cover part of it must name them."""
    cleared: dict[str, None] = {}
    for dated in process_rows:
        rows = _rows_covering(dated, t, calendar)
        for rule in rows[0].clears if rows else ():
            if all(rule in row.clears for row in rows):
                cleared[rule] = None
    return tuple(cleared)


def _bounds(
    rows_of_key: dict[ProcessKey, list[sheets.Process]],
    process_rows: list[list[_ProcessRows]],
    calendar: Calendar,
) -> tuple[ProcessBound, ...]:
    """Limits of each key's rows, over the sum of all processes that they apply to."""
    members: dict[ProcessKey, dict[int, int]] = {}
    for index, dated_rows in enumerate(process_rows):
        for dated in dated_rows:
            members.setdefault(dated.key, {})[index] = dated.periods
    bounds = []
    for key, rows in rows_of_key.items():
        minimum = total(rows, lambda row: row.minimum, calendar)
        maximum = total(rows, lambda row: row.maximum, calendar)
        if any(minimum) or any(row.maximum < INFINITY for row in rows):
            site, recipe, feed, _ = key
            name = f"{recipe} of {feed} at {site}" if feed else f"{recipe} at {site}"
            places = tuple(row.row for row in rows)
            bounds.append(ProcessBound(name, members.get(key, {}), minimum, maximum, places))
    return tuple(bounds)


def _units(
    case: Case, calendar: Calendar, process_rows: list[list[_ProcessRows]]
) -> tuple[NetworkUnit, ...]:
    uses: dict[tuple[str, str], dict[int, list[float]]] = {}
    for index, dated_rows in enumerate(process_rows):
        for dated in dated_rows:
            site, _, _, unit = dated.key
            if not unit:
                continue
            use = uses.setdefault((site, unit), {}).setdefault(index, [0.0] * calendar.count)
            for t, value in enumerate(average(dated.rows, lambda row: row.use, calendar)):
                if dated.periods >> t & 1:
                    use[t] += value
    rows_of = group_rows(case.units, lambda row: (row.site, row.unit))
    rows_of_key = dict.fromkeys((*rows_of, *uses))
    return tuple(
        _unit(site, unit, rows_of.get((site, unit), []), uses.get((site, unit), {}), calendar)
        for site, unit in rows_of_key
    )


def _unit(
    site: str,
    unit: str,
    rows: list[sheets.Unit],
    uses: dict[int, list[float]],
    calendar: Calendar,
) -> NetworkUnit:
    must_run = [row for row in rows if not row.may_idle]
    idling = [row for row in rows if row.may_idle]

    def minimum_load(units: list[sheets.Unit]) -> list[float]:
        return total(
            units, lambda row: row.capacity * row.availability * row.minimum_load, calendar
        )

    return NetworkUnit(
        site=site,
        unit=unit,
        capacity=total(rows, lambda row: row.capacity * row.availability, calendar),
        availability=_availability(rows, calendar),
        fixed_cost=total(must_run, lambda row: row.fixed_cost, calendar),
        minimum=minimum_load(must_run),
        fixed_cost_when_running=total(idling, lambda row: row.fixed_cost, calendar),
        minimum_when_running=minimum_load(idling),
        uses=uses,
        rows=tuple(row.row for row in rows),
    )


def _availability(rows: list[sheets.Unit], calendar: Calendar) -> list[float]:
    """Average availability of the rows by period; 1 where no row applies."""
    periods = covered(rows, calendar)
    if not periods:
        return [1.0] * calendar.count
    mean = average(rows, lambda row: row.availability, calendar)
    return [mean[t] if periods >> t & 1 else 1.0 for t in range(calendar.count)]


def _without_zeros(quantities: dict[str, float]) -> dict[str, float]:
    return {material: quantity for material, quantity in quantities.items() if quantity}
