"""Records of the network: plain data, easy to print, to test and to draw.

Lists by period have one value per period; sets of periods are bit masks (see
:mod:`optimizer.network.calendar`). Money is undiscounted, per tonne or per unit of
activity; limits are tonnes or activity per period.
"""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from optimizer.network.calendar import Calendar
from optimizer.network.flows import Flows, Inflow, Node, PruningSummary, Trait
from optimizer.network.provenance import Provenance
from optimizer.tables.case import Case


class SupplyContract(Struct, frozen=True, eq=False):
    """Terms of one Supply row; ``weights`` is the share of each period's purchase that counts."""

    offer: int
    row: int
    quantity: float
    """Contract quantity within the horizon, tonnes."""
    minimum_paid: float
    """Tonnes that are paid for in any case."""
    price: float
    weights: dict[int, float]
    last_period: int
    """Last period, in which tonnes not taken are paid for."""


class NetworkOffer(Struct, frozen=True, eq=False):
    """A line of supply."""

    name: str
    site: str
    material: str
    firm: bool
    probability: float
    rows: tuple[int, ...]
    """Rows of the sheet, for cell addresses."""
    periods: int
    price: list[float]
    minimum: list[float]
    maximum: list[float]
    after: dict[int, int]
    """Offers that must be bought up to their maximum first, by index, to a mask of periods."""


class NetworkProcess(Struct, frozen=True, eq=False):
    """A recipe at a site, for one feed."""

    name: str
    site: str
    recipe: str
    feed: str
    inputs: dict[str, float]
    """Tonnes taken in per unit of activity, by material."""
    outputs: dict[str, float]
    """Tonnes made per unit of activity, by material."""
    stages: list[tuple[str, ...]]
    """Stages of the events that it adds, by period."""
    clears: list[tuple[str, ...]]
    """Rules that it clears, by period: its outputs no longer break them by their inputs."""
    rows: tuple[int, ...]
    periods: int
    cost: list[float]


class ProcessBound(Struct, frozen=True, eq=False):
    """Limits on the total activity of the processes that the rows of one key apply to."""

    name: str
    processes: dict[int, int]
    """Process index to the periods in which the rows apply to it."""
    minimum: list[float]
    maximum: list[float]
    rows: tuple[int, ...]


class NetworkUnit(Struct, frozen=True, eq=False):
    """Capacity of a unit; ``uses`` maps process index to use per activity by period."""

    site: str
    unit: str
    capacity: list[float]
    """Capacity times availability, in units of use per period."""
    availability: list[float]
    """Share of the time in which it can run; applies to capacity that options add too."""
    fixed_cost: list[float]
    """Money per period, whether it runs or not."""
    minimum: list[float]
    """Minimum use per period, whether it runs or not."""
    fixed_cost_when_running: list[float]
    """Money per period in which it runs."""
    minimum_when_running: list[float]
    """Minimum use per period in which it runs."""
    uses: dict[int, list[float]]
    rows: tuple[int, ...]

    @property
    def may_idle(self) -> int:
        """Mask of the periods with a yes/no decision whether it runs."""
        return sum(
            1 << t
            for t, pair in enumerate(
                zip(self.fixed_cost_when_running, self.minimum_when_running, strict=True)
            )
            if any(pair)
        )


class CapacityAddition(Struct, frozen=True, eq=False):
    """Capacity that one unit of an option adds, by period of decision."""

    unit: int
    capacity: dict[int, list[float]]
    """Use per period, times availability, from each period of decision."""


class OptionPart(Struct, frozen=True, eq=False):
    """A row of an option: capacity added and cost, for one unit built."""

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
    """An investment: the rows of one option are one decision; costs are for one unit built."""

    name: str
    kind: str
    maximum_number: float
    needs: tuple[int, ...]
    groups: tuple[str, ...]
    """Exclusive groups: of the options that share a word, at most one is built."""
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
    """Residual value at the end of the horizon, for one, by period of decision."""
    parts: tuple[OptionPart, ...]
    """Capacity and cost of each of its rows."""


class Taint(Struct, frozen=True, eq=False):
    """A trait that all processes of a plant without segregation take on together, by period."""

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
    lead_periods: list[float]
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
    """Limits on the total shipments over the arcs that one lane stands for."""

    name: str
    material: str
    arcs: dict[int, int]
    """Arc index to the periods in which the lane stands for it."""
    maximum: list[float]
    fixed_cost: list[float]
    """Money per period in which it is used, as in the workbook."""
    minimum_when_used: list[float]
    """Tonnes per period in which it is used, as in the workbook."""
    rows: tuple[int, ...]

    @property
    def decided(self) -> int:
        """Mask of the periods with a yes/no decision whether it is used."""
        return sum(
            1 << t
            for t, pair in enumerate(zip(self.fixed_cost, self.minimum_when_used, strict=True))
            if any(pair)
        )


class StoragePlace(Struct, frozen=True, eq=False):
    """A site and material with stock from period to period."""

    site: str
    material: str
    opening: float
    periods: int
    """Periods at whose end there may be stock."""
    minimum: list[float]
    maximum: list[float]
    cover_periods: list[float]
    """Days of cover, converted to periods."""
    holding_cost: list[float]
    """Holding cost per tonne of closing stock of a period."""
    closing_target: float
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
    """Minimum tonnes delivered per period."""
    price: list[float]
    penalty: list[float]


class RulePhase(Struct, frozen=True, eq=False):
    """A row of Rules with the lines, periods and windows that it binds."""

    rule: str
    row: int
    dates: str
    trait: int
    """Mask of the trait that breaks it; 0 if no lot of this case can break the rule."""
    share: float
    lines: dict[int, int]
    """Line to the periods in which the row binds it."""
    windows: tuple[tuple[str, int], ...]
    """Label and periods of each window over which the share is taken, cut to the row's dates."""


class LimitBound(Struct, frozen=True, eq=False):
    """A row of Limits with the coefficients of the flows that it adds up, and its windows."""

    name: str
    row: int
    measure: str
    group: str
    minimum: float
    maximum: float
    terms: dict[int, float]
    """Coefficient of each flow."""
    base: dict[int, float] | None
    """Coefficients with the material filter only, for a share; None for an amount."""
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
    """Everything that the model needs; records refer to each other by index."""

    case: Case
    calendar: Calendar
    provenance: Provenance
    """Events of the case's histories and the rules that they break."""
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
    arc_maximum: list[dict[int, float]]
    """Upper bound on tonnes shipped over each arc, by period; only where it is finite."""
    required_units: dict[tuple[str, str], tuple[int, ...]]
    """Units without which a material cannot exist at a site."""
    values: dict[str, float]
    """Value per tonne by material."""
    disposal_cost: dict[str, float]
    """Disposal cost per tonne of the materials that may be discarded."""
    pruning: PruningSummary

    def __repr__(self) -> str:
        return (
            f"<Network of {self.case.title!r}: {self.calendar.count:,} periods, "
            f"{len(self.nodes):,} nodes, {len(self.offers):,} offers, {len(self.arcs):,} lanes, "
            f"{self.pruning.kept:,} flows>"
        )

    def rules_of(self, broken: int) -> tuple[str, ...]:
        """Names of the rules that a mask of traits stands for."""
        return tuple(name for trait in self.traits if trait.bit & broken for name in trait.names)
