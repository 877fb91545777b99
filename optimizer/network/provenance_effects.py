"""Traits and customs origins of incoming lots, and the effect of processes on traits."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from optimizer.network.calendar import members
from optimizer.network.flows import Trait
from optimizer.network.label_reachability import ProcessEffect, SiteMaterial
from optimizer.network.network_data import NetworkProcess
from optimizer.network.provenance import Provenance, label_mask, traits
from optimizer.tables import sheets
from optimizer.tables.case import Case


class IncomingLot(Struct, frozen=True):
    """A purchase, opening stock or order that enters the network at a place."""

    place: SiteMaterial
    broken: tuple[int, ...]
    """Traits that it has, by period of entry."""
    origin: tuple[str, ...]
    """Customs origin, by period of entry."""


class ProvenanceEffects(Struct, frozen=True):
    """Traits of all incoming lots, and the effect of each process on them."""

    traits: tuple[Trait, ...]
    bit_of: dict[str, int]
    """Bit of each label (a rule, or a row of one that is dated by processing)."""
    offers: tuple[IncomingLot, ...]
    openings: tuple[IncomingLot | None, ...]
    """By store; None where there is no opening stock."""
    orders: tuple[IncomingLot, ...]
    process_effects: tuple[ProcessEffect, ...]
    """By process."""


class _LabelledLot(Struct, frozen=True):
    """A lot with the labels that it breaks, before they have bits."""

    place: SiteMaterial
    broken: tuple[frozenset[str], ...]
    origin: tuple[str, ...]


def provenance_effects(
    case: Case,
    provenance: Provenance,
    processes: tuple[NetworkProcess, ...],
    offer_rows: Sequence[Sequence[sheets.Offer]],
    openings: Sequence[sheets.Stock | None],
) -> ProvenanceEffects:
    """Match every history and process event against every rule's scope."""
    offers = [_offer_lot(rows, provenance) for rows in offer_rows]
    stocks = [
        _present_lot(row, row.site, provenance) if row and row.opening else None for row in openings
    ]
    orders = [_present_lot(order, order.to_site, provenance) for order in case.pipeline]
    broken = [_broken_by_process(process, provenance) for process in processes]
    cleared = [[provenance.cleared(rules) for rules in process.clears] for process in processes]
    lots = [*offers, *filter(None, stocks), *orders]
    patterns = [(names, True) for lot in lots for names in lot.broken]
    patterns += [(names, True) for by_period in broken for names in by_period]
    patterns += [(names, False) for by_period in cleared for names in by_period]
    traits_, bit_of = traits(provenance.labels, patterns)

    def with_bits(lot: _LabelledLot) -> IncomingLot:
        return IncomingLot(
            lot.place, tuple(label_mask(names, bit_of) for names in lot.broken), lot.origin
        )

    return ProvenanceEffects(
        traits=traits_,
        bit_of=bit_of,
        offers=tuple(with_bits(lot) for lot in offers),
        openings=tuple(with_bits(lot) if lot else None for lot in stocks),
        orders=tuple(with_bits(lot) for lot in orders),
        process_effects=tuple(
            _process_effect(
                process,
                tuple(label_mask(names, bit_of) for names in breaks),
                tuple(label_mask(names, bit_of) for names in clears),
            )
            for process, breaks, clears in zip(processes, broken, cleared, strict=True)
        ),
    )


def _broken_by_process(process: NetworkProcess, provenance: Provenance) -> list[frozenset[str]]:
    """Labels that the events of a process break, by period."""
    known = {
        stages: provenance.broken_by_period(
            provenance.matching_rules(provenance.at_site(process.site, stages))
        )
        for stages in set(process.stages)
    }
    return [known[stages][t] for t, stages in enumerate(process.stages)]


def _offer_lot(rows: Sequence[sheets.Offer], provenance: Provenance) -> _LabelledLot:
    """Lot of an offer.

    In a period that several rows share it has the labels of all of them, and the origin of the
    last.
    """
    calendar = provenance.calendar
    site, material = rows[0].site, rows[0].material
    broken: list[frozenset[str]] = [frozenset()] * calendar.count
    origin = [provenance.origin(site, material, rows[0].history)] * calendar.count
    for row in rows:
        events = provenance.lot_events(site, material, row.history)
        by_period = provenance.broken_by_period(provenance.matching_rules(events))
        origin_of_row = provenance.origin(site, material, row.history)
        for t in members(calendar.touched(row.start, row.end)):
            origin[t] = origin_of_row
            if provenance.materials[material].traced:
                broken[t] = broken[t] | by_period[t]
    return _LabelledLot((site, material), tuple(broken), tuple(origin))


def _present_lot(
    row: sheets.Stock | sheets.Order, site: str, provenance: Provenance
) -> _LabelledLot:
    """Lot in stock or under way before the start."""
    names: frozenset[str] = frozenset()
    if provenance.materials[row.material].traced:
        events = provenance.lot_events(site, row.material, row.history)
        names = provenance.broken_before(provenance.matching_rules(events))
    count = provenance.calendar.count
    origin = provenance.origin(site, row.material, row.history)
    return _LabelledLot((site, row.material), (names,) * count, (origin,) * count)


def _process_effect(
    process: NetworkProcess, broken: tuple[int, ...], cleared: tuple[int, ...]
) -> ProcessEffect:
    input_independent = ~0 if process.periods else 0
    for t in members(process.periods):
        input_independent &= broken[t] | cleared[t]
    return ProcessEffect(broken, cleared, input_independent)
