"""What the case means: plain data, easy to print, to test and to draw.

Lists by period have one value per period; sets of periods are bit masks (see
:mod:`optimizer.network.calendar`). Money is undiscounted, per tonne or per unit of
activity; limits are tonnes or activity per period.
"""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from optimizer.network.calendar import Calendar
from optimizer.network.flows import Flows, Inflow, Node, PruningSummary, Trait
from optimizer.tables.case import Case


class SupplyContract(Struct, frozen=True, eq=False):
    """Terms of one Supply row; ``weights`` is the part of each period's purchase that counts."""

    offer: int
    row: int
    quantity: float
    """Most over the horizon, tonnes."""
    least: float
    """Tonnes that are paid for in any case."""
    price: float
    weights: dict[int, float]
    last: int
    """Period in which what was not taken is paid for."""


class NetworkOffer(Struct, frozen=True, eq=False):
    """A line of supply."""

    name: str
    site: str
    material: str
    firm: bool
    probability: float
    rows: tuple[int, ...]
    """Rows of the sheet, for addresses."""
    periods: int
    price: list[float]
    minimum: list[float]
    maximum: list[float]


class NetworkProcess(Struct, frozen=True, eq=False):
    """A recipe run at a site, for one feed."""

    name: str
    site: str
    recipe: str
    feed: str
    inputs: dict[str, float]
    """Tonnes taken in per unit of activity, by material."""
    outputs: dict[str, float]
    """Tonnes made per unit of activity, by material."""
    stages: list[tuple[str, ...]]
    """Events that it adds, by period."""
    clears: list[tuple[str, ...]]
    """Rules that a lot no longer breaks after it, by period."""
    rows: tuple[int, ...]
    periods: int
    cost: list[float]


class ProcessBound(Struct, frozen=True, eq=False):
    """Limits on activity of the processes that rows of one key stand for."""

    name: str
    processes: dict[int, int]
    """Process index to the periods in which the rows stand for it."""
    minimum: list[float]
    maximum: list[float]
    rows: tuple[int, ...]


class NetworkUnit(Struct, frozen=True, eq=False):
    """Capacity of a unit and what uses it: process index to use per activity by period."""

    site: str
    unit: str
    capacity: list[float]
    """Capacity times availability, in units of use per period."""
    availability: list[float]
    """Share of the time that it can run, for capacity that options add."""
    fixed_cost: list[float]
    """Money per period, whether it runs or not."""
    minimum: list[float]
    """Least use per period, in any case."""
    idle_fixed_cost: list[float]
    """Money per period in which it runs."""
    idle_minimum: list[float]
    """Least use per period in which it runs."""
    uses: dict[int, list[float]]
    rows: tuple[int, ...]

    @property
    def may_idle(self) -> int:
        """Mask of the periods in which it matters whether it runs."""
        return sum(
            1 << t
            for t, pair in enumerate(zip(self.idle_fixed_cost, self.idle_minimum, strict=True))
            if any(pair)
        )


class CapacityAddition(Struct, frozen=True, eq=False):
    """Capacity that one of an option adds to a unit, by period of decision."""

    unit: int
    capacity: dict[int, list[float]]
    """Use per period, availability counted, from each period of decision."""


class OptionPart(Struct, frozen=True, eq=False):
    """A row of an option: what one of it adds to a unit, and costs."""

    site: str
    unit: str
    added_capacity: float
    """Use per year."""
    capital: float
    fixed_cost: float
    """Money per year."""
    credit: dict[int, float]
    runs_from: dict[int, date]
    """Day from which it runs, by period of decision."""


class NetworkOption(Struct, frozen=True, eq=False):
    """An investment: rows of one option are one decision, and costs are for one."""

    name: str
    kind: str
    most: float
    needs: tuple[int, ...]
    groups: tuple[str, ...]
    """Words of which at most one of the options that share it is built."""
    sites: tuple[str, ...]
    rows: tuple[int, ...]
    periods: int
    """Periods in which it may be decided."""
    additions: tuple[CapacityAddition, ...]
    capital: float
    """Money for one, in the period of decision."""
    fixed_cost: dict[int, list[float]]
    """Money per period for one, from each period of decision."""
    credit: dict[int, float]
    """Money for what outlives the horizon, for one, by period of decision."""
    parts: tuple[OptionPart, ...]
    """What each of its rows stands for."""


class Taint(Struct, frozen=True, eq=False):
    """A trait that a plant which cannot segregate takes on as a whole, period by period."""

    site: str
    trait: int
    processes: tuple[int, ...]


class Arc(Struct, frozen=True, eq=False):
    """A lane for one material."""

    from_site: str
    to_site: str
    material: str
    mode: str
    periods: int
    cost: list[float]
    lead: list[float]
    """Lead time in periods."""
    lead_days: list[float]
    arrives: list[float]
    rows: tuple[int, ...]

    @property
    def name(self) -> str:
        """Readable name."""
        mode = f" by {self.mode}" if self.mode else ""
        return f"{self.from_site} to {self.to_site}{mode}"


class ArcBound(Struct, frozen=True, eq=False):
    """Most that can be shipped over ways that one lane stands for."""

    name: str
    material: str
    arcs: dict[int, int]
    """Way index to the periods in which the lane stands for it."""
    maximum: list[float]
    fixed_cost: list[float]
    """Money per period in which it is used, as written."""
    minimum_when_used: list[float]
    """Tonnes per period in which it is used, as written."""
    rows: tuple[int, ...]

    @property
    def decided(self) -> int:
        """Mask of the periods in which it matters whether it is used."""
        return sum(
            1 << t
            for t, pair in enumerate(zip(self.fixed_cost, self.minimum_when_used, strict=True))
            if any(pair)
        )


class StoragePlace(Struct, frozen=True, eq=False):
    """Where a material is kept from period to period."""

    site: str
    material: str
    opening: float
    periods: int
    """Periods at whose end something may lie there."""
    minimum: list[float]
    maximum: list[float]
    cover: list[float]
    """Days of cover, in periods."""
    holding: list[float]
    """Holding cost per tonne of closing stock of a period."""
    closing: float
    closing_value: float
    rows: tuple[int, ...]


class DemandLine(Struct, frozen=True, eq=False):
    """A line of demand."""

    name: str
    customer: str
    material: str
    segments: dict[str, int]
    """Segment to the periods in which the line's rows name it."""
    rows: tuple[int, ...]
    quantity: list[float]
    minimum: list[float]
    """Least tonnes delivered per period."""
    price: list[float]
    penalty: list[float]


class RulePhase(Struct, frozen=True, eq=False):
    """A row of Rules as it binds: which lines, in which periods, over which windows."""

    rule: str
    row: int
    dates: str
    trait: int
    """Mask of the trait that breaks it; 0 if nothing in the case can break it."""
    share: float
    lines: dict[int, int]
    """Line to the periods in which the row binds it."""
    windows: tuple[tuple[str, int], ...]
    """Label and periods of each window over which the share is taken."""


class LimitBound(Struct, frozen=True, eq=False):
    """A row of Limits: flows of one group that it adds up, and over which windows."""

    name: str
    row: int
    measure: str
    group: str
    minimum: float
    maximum: float
    terms: dict[int, float]
    """How much one unit of each flow counts."""
    base: dict[int, float] | None
    """The same without the filters but material, for a share; None for an amount."""
    windows: tuple[tuple[str, int], ...]
    """Label and periods of each window, cut to the row's dates."""


class BlendBound(Struct, frozen=True, eq=False):
    """A row of Blends: oxide and tonnes taken in per unit of activity, by run."""

    site: str
    recipe: str
    oxide: str
    row: int
    minimum: float
    maximum: float
    contents: dict[int, tuple[float, float]]


class Network(Struct, frozen=True, eq=False):
    """Everything the model needs, by index."""

    case: Case
    calendar: Calendar
    traits: tuple[Trait, ...]
    nodes: tuple[Node, ...]
    offers: tuple[NetworkOffer, ...]
    contracts: tuple[SupplyContract, ...]
    processes: tuple[NetworkProcess, ...]
    process_bounds: tuple[ProcessBound, ...]
    units: tuple[NetworkUnit, ...]
    arcs: tuple[Arc, ...]
    arc_bounds: tuple[ArcBound, ...]
    stores: tuple[StoragePlace, ...]
    lines: tuple[DemandLine, ...]
    options: tuple[NetworkOption, ...]
    taints: tuple[Taint, ...]
    phases: tuple[RulePhase, ...]
    limits: tuple[LimitBound, ...]
    blends: tuple[BlendBound, ...]
    inflows: tuple[Inflow, ...]
    flows: Flows
    arc_most: list[dict[int, float]]
    """Most that each way can carry by period, for what lies at its end; where bounded."""
    gates: dict[tuple[str, str], tuple[int, ...]]
    """Units without which a material cannot be at a site at all."""
    values: dict[str, float]
    """Value per tonne by material."""
    disposal: dict[str, float]
    """Disposal cost per tonne of the materials that may be discarded."""
    cut: PruningSummary

    def rules_of(self, broken: int) -> tuple[str, ...]:
        """Names of the rules that a mask of traits stands for."""
        return tuple(name for trait in self.traits if trait.bit & broken for name in trait.names)
