"""Relax rows in which a cell of the workbook is the coefficient of a decision.

If the row ``use <= capacity x open`` gave, a unit could run although it is not open. So the row
is split in two. One bounds the flow and belongs to the cell: it may give. The other (the tie)
links the flow to the decision by a number that no flow reaches: it never gives. For what an
option adds there is a column for more of it, which is zero unless the cell gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from optimizer.explain.bound_coefficients import bound_coefficient
from optimizer.explain.cell_locator import HIGH, WorkbookCell
from optimizer.explain.relaxable_rows import (
    IndexNames,
    RelaxableBuilder,
    Relaxation,
    RequirementKey,
)
from optimizer.model.capacity import (
    ADDED_CAPACITY,
    AVAILABILITY,
    CAPACITY_FAMILY,
    RUNNING_FAMILY,
    RUNNING_OWN_FAMILY,
)
from optimizer.model.custody import CUSTODY_FAMILY
from optimizer.model.family import Family
from optimizer.model.investment import (
    BUILT_CHOSEN_FAMILY,
    BUILT_LANE_FAMILY,
    BUILT_MAXIMUM_FAMILY,
    BUILT_NEEDS_FAMILY,
)
from optimizer.model.process_limits import PROCESS_FAMILY
from optimizer.model.shipping import LANE_FAMILY
from optimizer.model.supply import OFFER_FAMILY
from optimizer.model.tiers import TIER_FAMILY
from optimizer.network.network_data import NetworkOption
from optimizer.tables.schema import INFINITY

TIE_FACTOR = 10.0
"""The number of a tie is at least this multiple of the coefficient of the row, so that the cell
binds and not the tie."""


def _capacity(builder: RelaxableBuilder, row: int, names: IndexNames) -> None:
    """Capacity gives any amount, availability up to all of the time, options where built."""
    builder.relax_bound(row, CAPACITY_FAMILY.name, names, HIGH)
    t = _period(builder, names)
    for cell, available in _availability(builder, names):
        capacity = WorkbookCell(cell.sheet, cell.row, CAPACITY_FAMILY.upper.header)
        written = float(builder.places.value(capacity)[0])
        whole = bound_coefficient(builder.places, AVAILABILITY.name, names, cell, t)
        if written:
            most = whole * (1.0 - available)
            builder.relax(
                row,
                (AVAILABILITY.name, HIGH, (cell,)),
                names,
                maximum_violation=most,
                coefficient=whole,
            )
    for option in builder.network.options:
        _added(builder, row, names, option)


def _added(builder: RelaxableBuilder, row: int, names: IndexNames, option: NetworkOption) -> None:
    """Columns for more of what an option adds to a unit in a period."""
    index, t = builder.unit_of[names[0], names[1]], _period(builder, names)
    added: dict[int, float] = {}
    for addition in option.additions:
        if addition.unit == index:
            for decided, capacity in addition.capacity.items():
                added[decided] = added.get(decided, 0.0) + capacity[t]
    columns = _build_columns(builder, row, option)
    own = {columns[decided]: value for decided, value in added.items() if decided in columns}
    if not own:
        return
    full = bound_coefficient(builder.places, ADDED_CAPACITY.name, names, None, t)
    large = builder.large_flow * builder.largest_use(row)
    for cell in _option_cells(builder, option, names[:2]):
        key: RequirementKey = (ADDED_CAPACITY.name, HIGH, (cell,))
        limit = dict.fromkeys(own, -large)
        _more(builder, row, limit, key, (option.name, *names), full)
    available = builder.network.units[index].availability[t]
    for cell, share in _availability(builder, names):
        spare = (1.0 - share) / available
        limit = {column: -spare * value for column, value in own.items()}
        _more(builder, row, limit, (AVAILABILITY.name, HIGH, (cell,)), names, 0.0)


def _more(
    builder: RelaxableBuilder,
    row: int,
    limit: dict[int, float],
    key: RequirementKey,
    names: IndexNames,
    by: float,
) -> None:
    """Add a column for more capacity, within ``limit``, that is zero unless its cell gives."""
    column = builder.add_column()
    builder.add_term(row, column, -1.0)
    builder.add_row({column: 1.0, **limit}, -INFINITY, 0.0)
    zero = builder.add_row({column: 1.0}, -INFINITY, 0.0)
    builder.relax(zero, key, names, coefficient=by)


def _running(builder: RelaxableBuilder, row: int, names: IndexNames) -> None:
    """The row of capacity has no decision: together with the tie it implies this row."""
    _tie(builder, row, "open")
    _implied(builder, row, _unit_keys(builder, names))


def _running_own(builder: RelaxableBuilder, row: int, names: IndexNames) -> None:
    _implied(builder, row, _unit_keys(builder, names))


def _custody(builder: RelaxableBuilder, row: int, names: IndexNames) -> None:
    """A plant is tainted or clean whatever its capacity, unless it segregates."""
    site, _, thing, _, period = names
    key = _upper_key(builder, CUSTODY_FAMILY, names)
    builder.relax(_tie(builder, row, "taint"), key, names)
    if (site, thing) in builder.unit_of:
        keys = list(_unit_keys(builder, (site, thing, period)))
    else:
        name, _, number = thing.rpartition(", row ")
        own = (name, number, period)
        cells = builder.places.cells(PROCESS_FAMILY.name, own, HIGH)
        keys = [((PROCESS_FAMILY.name, HIGH, (cell,)), own) for cell in cells]
    _implied(builder, row, [(key, names), *keys])


def _lane(builder: RelaxableBuilder, row: int, names: IndexNames) -> None:
    """The maximum of a lane that is used or not, without the demand at its end."""
    used = [column for column in builder.terms(row) if builder.family_of_column[column] == "used"]
    if used:
        t = _period(builder, names)
        most = next(
            own.maximum[t]
            for own in builder.network.arc_bounds
            if (own.name, own.material, str(own.rows[0])) == names[:3]
        )
        builder.change(row, {used[0]: -min(most, builder.large_flow)})
        _tie(builder, row, "used")
    builder.relax_bound(row, LANE_FAMILY.name, names, HIGH)


def _tier(builder: RelaxableBuilder, row: int, names: IndexNames) -> None:
    """An offer of any size waits for the one before it."""
    key = _upper_key(builder, TIER_FAMILY, names)
    builder.relax(_tie(builder, row, "full"), key, names)
    own = (*names[:3], names[-1])
    cells = builder.places.cells(OFFER_FAMILY.name, own, HIGH)
    keys = [((OFFER_FAMILY.name, HIGH, (cell,)), own) for cell in cells]
    _implied(builder, row, [(key, names), *keys])


def _reach(builder: RelaxableBuilder, row: int, names: IndexNames) -> None:
    """Drop the row: capacity implies it for whole decisions, and demand is a coefficient in it."""
    builder.program.row_upper[row] = INFINITY


def _most(builder: RelaxableBuilder, row: int, names: IndexNames) -> None:
    """How often an option is built. The limit of a yes/no option, once, never gives."""
    option = _option(builder, names[0])
    if option.kind != "yes/no":
        for column in builder.terms(row):
            builder.program.upper[column] = builder.large_flow
        builder.relax_bound(row, BUILT_MAXIMUM_FAMILY.name, names, HIGH)
    elif option.maximum_number < 1:
        for column in builder.terms(row):
            builder.program.upper[column] = 1.0
        key = _upper_key(builder, BUILT_MAXIMUM_FAMILY, names)
        builder.relax(
            row, key, names, maximum_violation=1.0 - option.maximum_number, coefficient=1.0
        )


def _needs(builder: RelaxableBuilder, row: int, names: IndexNames) -> None:
    """An option that may be built any number of times still needs the option that it names."""
    key = _upper_key(builder, BUILT_NEEDS_FAMILY, names)
    keys = [(key, names), *_most_keys(builder, _option(builder, names[0]))]
    begun = [column for column, value in builder.terms(row).items() if value <= 0]
    tie = builder.add_row(
        builder.terms(row) | dict.fromkeys(begun, -builder.large_flow), -INFINITY, 0.0
    )
    builder.relax(tie, key, names)
    _implied(builder, row, keys)


def _chosen(builder: RelaxableBuilder, row: int, names: IndexNames) -> None:
    """An option that may be built any number of times is built only if it is chosen."""
    _tie(builder, row, "chosen")
    _implied(builder, row, _most_keys(builder, _option(builder, names[0])))


def _tie(builder: RelaxableBuilder, row: int, family: str) -> int:
    """Add the same row with a number that no flow reaches as the coefficient of the decision."""
    terms, high = builder.terms(row), float(builder.program.row_upper[row])
    large = builder.large_flow * builder.largest_use(row)
    for column, value in terms.items():
        if builder.family_of_column[column] == family:
            large = max(large, TIE_FACTOR * abs(value))
            terms[column] = large if value > 0 else -large
            high = large if value > 0 else 0.0
    return builder.add_row(terms, -INFINITY, high)


def _implied(
    builder: RelaxableBuilder, row: int, keys: Iterable[tuple[RequirementKey, IndexNames]]
) -> None:
    for key, names in keys:
        builder.relax(row, key, names, implied=True)


def _unit_keys(
    builder: RelaxableBuilder, names: IndexNames
) -> Iterator[tuple[RequirementKey, IndexNames]]:
    """Requirements that bound what a unit can do with all that options could add."""
    for cell in builder.places.cells(CAPACITY_FAMILY.name, names, HIGH) or _nowhere(names):
        if not cell.row or CAPACITY_FAMILY.relieves(builder.places.record(cell)):
            yield (CAPACITY_FAMILY.name, HIGH, (cell,)), names
    for cell, _ in _availability(builder, names):
        yield (AVAILABILITY.name, HIGH, (cell,)), names
    index = builder.unit_of[names[0], names[1]]
    for option in builder.network.options:
        if any(addition.unit == index for addition in option.additions):
            for cell in _option_cells(builder, option, names[:2]):
                yield (ADDED_CAPACITY.name, HIGH, (cell,)), (option.name, *names)
            yield from _most_keys(builder, option)


def _upper_key(builder: RelaxableBuilder, family: Family, names: IndexNames) -> RequirementKey:
    """Key of the upper bound of a row, with all its cells."""
    return family.name, HIGH, builder.places.cells(family.name, names, HIGH)


def _nowhere(names: IndexNames) -> tuple[WorkbookCell, ...]:
    return (WorkbookCell(CAPACITY_FAMILY.sheet, 0, " of ".join(names[:2])),)


def _most_keys(
    builder: RelaxableBuilder, option: NetworkOption
) -> Iterator[tuple[RequirementKey, IndexNames]]:
    if option.kind != "yes/no" or option.maximum_number < 1:
        names = (option.name,)
        yield _upper_key(builder, BUILT_MAXIMUM_FAMILY, names), names


def _availability(
    builder: RelaxableBuilder, names: IndexNames
) -> Iterator[tuple[WorkbookCell, float]]:
    """Cells of availability below 1 of a unit in a period."""
    for cell in builder.places.cells(AVAILABILITY.name, names, HIGH):
        value = float(builder.places.value(cell)[0])
        if value < 1:
            yield cell, value


def _option_cells(
    builder: RelaxableBuilder, option: NetworkOption, unit: IndexNames
) -> Iterator[WorkbookCell]:
    for row in option.rows:
        cell = WorkbookCell(ADDED_CAPACITY.sheet, row, ADDED_CAPACITY.upper.header)
        record = builder.places.record(cell)
        if (record.site, record.unit) == unit:
            yield cell


def _build_columns(builder: RelaxableBuilder, row: int, option: NetworkOption) -> dict[int, int]:
    """Columns of a row that decide on an option, by period of decision."""
    columns = {}
    for column in builder.terms(row):
        if builder.family_of_column[column] == "build":
            name, label = builder.program.variables[column].index()
            if name == option.name:
                columns[builder.places.labels[label]] = column
    return columns


def _option(builder: RelaxableBuilder, name: str) -> NetworkOption:
    return next(option for option in builder.network.options if option.name == name)


def _period(builder: RelaxableBuilder, names: IndexNames) -> int:
    t = builder.places.period(names)
    assert t is not None
    return t


DECISION_RELAXATIONS: dict[str, Relaxation] = {
    CAPACITY_FAMILY.name: _capacity,
    RUNNING_FAMILY.name: _running,
    RUNNING_OWN_FAMILY.name: _running_own,
    CUSTODY_FAMILY.name: _custody,
    LANE_FAMILY.name: _lane,
    TIER_FAMILY.name: _tier,
    BUILT_LANE_FAMILY.name: _reach,
    BUILT_MAXIMUM_FAMILY.name: _most,
    BUILT_NEEDS_FAMILY.name: _needs,
    BUILT_CHOSEN_FAMILY.name: _chosen,
}
"""Families in which a cell is the coefficient of a decision."""
