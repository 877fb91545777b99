"""Records of what the input tables allow, want and charge, by period."""

from __future__ import annotations

from msgspec import Struct, field

from optimizer.audit.audit_calendar import Bools, Floats
from optimizer.tables import sheets

SiteMaterialKey = tuple[str, str]
AuditProcessKey = tuple[str, str, str]
"""A process: site, recipe, feed."""
LaneKey = tuple[str, str, str, str]
"""A lane: from site, to site, material, mode."""


class LaneTerms(Struct, frozen=True):
    """Terms of a lane for one material, by period of departure."""

    allowed: Bools
    cost: Floats
    """Freight per tonne shipped."""
    lead_days: Floats
    arrives: Floats
    """Share that arrives."""
    starred: Bools
    """Periods in which the '*' row applies."""


class ProcessNeeds(Struct, frozen=True):
    """Capacity use and cost of a process by period."""

    allowed: Bools
    cost: Floats
    """Conversion cost per unit of activity, all units together."""
    uses: dict[str, Floats]
    """Capacity per unit of activity, by unit."""
    rows: tuple[tuple[sheets.Process, Bools], ...]
    """Its rows, and the periods in which each applies."""


class RecipeAmounts(Struct):
    """Tonnes per unit of activity."""

    inputs: dict[str, float] = field(default_factory=dict)
    outputs: dict[str, float] = field(default_factory=dict)


class StorageTerms(Struct, frozen=True):
    """Bounds and cost of closing stock by period, and the rows at both ends of the horizon."""

    allowed: Bools
    minimum: Floats
    maximum: Floats
    cover_periods: Floats
    """Periods of use that the stock must cover."""
    holding_cost: Floats
    """Cost per tonne and year."""
    first: sheets.Stock | None
    """The row that covers the start; it states the opening stock."""
    last: sheets.Stock | None
    """The row that covers the end; it states closing target and closing value."""


class WantedTonnes(Struct, frozen=True):
    """Quantity, minimum, price and penalty of a demand line by period."""

    quantity: Floats
    minimum: Floats
    price: Floats
    penalty: Floats
