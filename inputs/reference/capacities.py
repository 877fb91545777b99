"""Units: plants at their real size, and the share of each that this buyer can count on.

``capacity`` is the whole plant, from the published figure where there is one, and source and
confidence of a row are this figure's; a part or a multiple of a figure is an assumption.
``availability`` is the buyer's share of it times the ramp, always an assumption: change it
to plan with a larger or a smaller slot.
"""

from __future__ import annotations

from facts import access, assume, computed, day, figure, table
from rows import Row, rounded, row


def units() -> list[Row]:
    """The Units sheet."""
    return [_unit(line) for line in table("capacities")]


def _unit(line: dict[str, str]) -> Row:
    size, share = figure(line["figure"]), access(line["share"] or line["site"])
    if float(line["times"]) != 1:
        size = computed(size.value, size, assume(0))
    ramp = float(line["ramp"])
    ready = f", {ramp:.0%} of it ready" if ramp < 1 else ""
    return row(
        size,
        site=line["site"],
        unit=line["unit"],
        capacity=rounded(size.value * float(line["times"])),
        availability=rounded(share.value * ramp),
        minimum_load=float(line["minimum load"]) if line["minimum load"] else None,
        may_idle=line["may idle"] or None,
        fixed_cost=float(line["fixed cost"]) if line["fixed cost"] else None,
        from_=day(line["from"]),
        to=day(line["to"]),
        route=line["route"],
        notes=f"whole plant; availability = buyer's share {100 * share.value:g}% "
        f"(assumption){ready}. {line['notes']}",
    )
