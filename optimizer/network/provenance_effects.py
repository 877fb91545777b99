"""What purchases, opening stocks, orders and processes do to a lot's provenance."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from optimizer.network.calendar import Calendar, members
from optimizer.network.flows import Trait
from optimizer.network.label_reachability import Place, ProcessEffect
from optimizer.network.network_data import NetworkProcess
from optimizer.network.provenance import Provenance, bits, traits
from optimizer.tables import sheets
from optimizer.tables.case import Case


class IncomingLot(Struct, frozen=True):
    """Something that enters the network at a place."""

    place: Place
    broken: tuple[int, ...]
    """Traits that it has, by period of entry."""
    origin: tuple[str, ...]
    """Customs origin, by period of entry."""


class ProvenanceEffects(Struct, frozen=True):
    """Traits of everything that enters, and what each process does to them."""

    traits: tuple[Trait, ...]
    bit_of: dict[str, int]
    """Bit of each label (a rule, or a row of one that is dated by processing)."""
    offers: tuple[IncomingLot, ...]
    openings: tuple[IncomingLot | None, ...]
    """By store; None where nothing lies there at the start."""
    orders: tuple[IncomingLot, ...]
    fixed: tuple[ProcessEffect, ...]
    """By process."""


class _LabelledLot(Struct, frozen=True):
    """A lot before its labels have bits."""

    place: Place
    broken: tuple[frozenset[str], ...]
    origin: tuple[str, ...]


def acts(
    case: Case,
    calendar: Calendar,
    processes: tuple[NetworkProcess, ...],
    offer_rows: Sequence[Sequence[sheets.Offer]],
    openings: Sequence[sheets.Stock | None],
) -> ProvenanceEffects:
    """Match every history and process event against every rule's scope."""
    provenance = Provenance(case, calendar)
    bought = [_bought(rows, provenance) for rows in offer_rows]
    held = [
        _held(row.site, row.material, row.history, provenance) if row and row.opening else None
        for row in openings
    ]
    orders = [
        _held(order.to_site, order.material, order.history, provenance) for order in case.pipeline
    ]
    broken = [_broken(process, provenance) for process in processes]
    cleared = [[provenance.cleared(rules) for rules in process.clears] for process in processes]
    lots = [*bought, *(lot for lot in held if lot), *orders]
    patterns = [(names, True) for lot in lots for names in lot.broken]
    patterns += [(names, True) for by_period in broken for names in by_period]
    patterns += [(names, False) for by_period in cleared for names in by_period]
    found, bit_of = traits(provenance.labels, patterns)

    def with_bits(lot: _LabelledLot) -> IncomingLot:
        return IncomingLot(
            lot.place, tuple(bits(names, bit_of) for names in lot.broken), lot.origin
        )

    return ProvenanceEffects(
        traits=found,
        bit_of=bit_of,
        offers=tuple(with_bits(lot) for lot in bought),
        openings=tuple(with_bits(lot) if lot else None for lot in held),
        orders=tuple(with_bits(lot) for lot in orders),
        fixed=tuple(
            _fixed(
                process,
                tuple(bits(names, bit_of) for names in breaks),
                tuple(bits(names, bit_of) for names in clears),
            )
            for process, breaks, clears in zip(processes, broken, cleared, strict=True)
        ),
    )


def _broken(process: NetworkProcess, provenance: Provenance) -> list[frozenset[str]]:
    """Labels that the events of a process break, by period."""
    known = {
        stages: provenance.broken_by_period(
            provenance.matched(provenance.at_site(process.site, stages))
        )
        for stages in set(process.stages)
    }
    return [known[stages][t] for t, stages in enumerate(process.stages)]


def _bought(rows: Sequence[sheets.Offer], provenance: Provenance) -> _LabelledLot:
    """Lot of an offer.

    In a period that rows share it breaks what either row's would, and has the origin of
    the last of them.
    """
    calendar = provenance.calendar
    site, material = rows[0].site, rows[0].material
    broken: list[frozenset[str]] = [frozenset()] * calendar.count
    origin = [provenance.origin(site, material, rows[0].history)] * calendar.count
    for row in rows:
        events = provenance.bought(site, material, row.history)
        by_period = provenance.broken_by_period(provenance.matched(events))
        own = provenance.origin(site, material, row.history)
        for t in members(calendar.touched(row.start, row.end)):
            origin[t] = own
            if provenance.materials[material].traced:
                broken[t] = broken[t] | by_period[t]
    return _LabelledLot((site, material), tuple(broken), tuple(origin))


def _held(
    site: str,
    material: str,
    history: Sequence[sheets.Event] | None,
    provenance: Provenance,
) -> _LabelledLot:
    """Lot that was there or under way before the start."""
    names: frozenset[str] = frozenset()
    if provenance.materials[material].traced:
        events = provenance.bought(site, material, history)
        names = provenance.broken_before(provenance.matched(events))
    count = provenance.calendar.count
    origin = provenance.origin(site, material, history)
    return _LabelledLot((site, material), (names,) * count, (origin,) * count)


def _fixed(
    process: NetworkProcess, broken: tuple[int, ...], cleared: tuple[int, ...]
) -> ProcessEffect:
    settled = ~0 if process.periods else 0
    for t in members(process.periods):
        settled &= broken[t] | cleared[t]
    return ProcessEffect(broken, cleared, settled)
