"""Risks of a plan: single points of failure, full or idle units, unused contracts.

Each alert carries the cell that it is about, where there is one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from optimizer.explain.alert_kinds import (
    FULL_CAPACITY,
    MINIMUM_LOAD,
    SHORTAGE,
    SINGLE_POINT,
    UNTAKEN_CONTRACT,
)
from optimizer.explain.cell_locator import CellLocator, WorkbookCell
from optimizer.network.calendar import members
from optimizer.network.flows import Buy, Deliver, Discard, Downgrade, Keep, Run, Ship
from optimizer.network.network_data import Network
from optimizer.result.number_text import figure, listed, percent
from optimizer.result.result_layouts import Tables
from optimizer.result.scarcity_ranking import scarcest_of
from optimizer.tables.text_matching import number_of

UTILISATION_ALERT_LEVEL = 0.95
"""Utilisation above which a unit counts as full; chosen."""

MINIMUM_LOAD_TOLERANCE = 1e-6
"""Part of a minimum load above it that counts as none: ten times HiGHS's tolerance of a row."""

MAX_ALERTS_PER_KIND = 4
"""Maximum alerts of one kind, so that the first sheet stays readable."""

MAX_REACHABILITY_WORK = 3_000_000
"""Flows times sites and offers above which single points of failure are not searched.

Chosen so that the search, one pass over the flows per site and offer, stays short.
"""


class Alert(str):
    """A sentence that a reader must know, with its kind and the cell that it is about.

    ``kind`` is one of :data:`optimizer.explain.alert_kinds.ALERT_KINDS`, or empty; ``sheet`` and
    ``cell`` are those of the input workbook, or empty.
    """

    __slots__ = ("cell", "kind", "sheet")
    kind: str
    sheet: str
    cell: str

    def __new__(cls, text: str, sheet: str = "", cell: str = "", kind: str = "") -> Alert:
        """A sentence with its cell and kind; each may be empty."""
        made = super().__new__(cls, text)
        made.sheet, made.cell, made.kind = sheet, cell, kind
        return made


def risk_alerts(network: Network, tables: Tables, *, changed: bool = False) -> Iterator[Alert]:
    """Alerts on shortages, single points of failure, units and unused contracts.

    What no plan can do without is known of the workbook, not of a model that a caller ``changed``.
    """
    locator = CellLocator(network)
    if "Shortage reasons" in tables:
        yield from _largest_shortages(tables)
    if not changed:
        yield from _single_points_of_failure(network, locator, tables)
    yield from _full_and_idle_units(network, locator, tables)
    yield from _untaken_contracts(network, locator, tables)


def _largest_shortages(tables: Tables) -> Iterator[Alert]:
    """The first reason of each of the largest shortages."""
    reasons = tables["Shortage reasons"]
    first_reasons: dict[tuple[str, str], tuple[float, str, str, str, str]] = {}
    for line, period, short, reason, sheet, cell in zip(
        *(reasons[name] for name in ("line", "period", "short", "reason", "sheet", "cell")),
        strict=True,
    ):
        first_reasons.setdefault((line, period), (short, period, reason, sheet, cell))
    shown: set[tuple[str, str, str]] = set()
    for (line, _), (short, period, reason, sheet, cell) in sorted(
        first_reasons.items(), key=lambda item: -item[1][0]
    ):
        if (line, sheet, cell) not in shown and len(shown) < MAX_ALERTS_PER_KIND:
            shown.add((line, sheet, cell))
            yield Alert(
                f"{line} is {figure(short)} t short in {period}: {reason}.", sheet, cell, SHORTAGE
            )


def _single_points_of_failure(
    network: Network, locator: CellLocator, tables: Tables
) -> Iterator[Alert]:
    """Sites and offers without which no flow can reach a line in any plan."""
    served = set(zip(tables["Deliveries"]["line"], tables["Deliveries"]["customer"], strict=True))
    lines = [
        number
        for number, line in enumerate(network.lines)
        if (line.name, line.customer) in served and (any(line.penalty) or any(line.minimum))
    ]
    customers = {network.lines[number].customer for number in lines}
    producing_sites = set(tables["Production"]["site"]) - customers
    offers = dict.fromkeys(
        zip(*(tables["Purchases"][name] for name in ("offer", "site", "material")), strict=True)
    )
    if (
        not lines
        or (len(producing_sites) + len(offers)) * sum(1 for _ in network.flows.every())
        > MAX_REACHABILITY_WORK
    ):
        return
    points_by_loss: dict[tuple[int, tuple[str, ...]], list[_Point]] = defaultdict(list)
    for lost_periods, names, point in _losses(network, lines, sorted(producing_sites), offers):
        points_by_loss[lost_periods, tuple(names)].append(point)
    for (lost_periods, lost_lines), points in list(points_by_loss.items())[:MAX_ALERTS_PER_KIND]:
        when = ""
        if lost_periods != network.calendar.all:
            labels = network.calendar.labels
            when = f" {locator.when([labels[t] for t in members(lost_periods)])}"
        title = "Single point of failure" if len(points) == 1 else "Single points of failure"
        without = listed([name for _, name in points], "or")
        text = f"{title}: without {without}, no delivery can reach {listed(lost_lines)}{when}."
        cell = points[0][0]
        yield Alert(text, cell.sheet, locator.letter(cell), SINGLE_POINT)
    if len(points_by_loss) > MAX_ALERTS_PER_KIND:
        rest = sum(len(points) for points in list(points_by_loss.values())[MAX_ALERTS_PER_KIND:])
        yield Alert(f"{number_of(rest, 'more single point')} of failure.", kind=SINGLE_POINT)


_Point = tuple[WorkbookCell, str]
"""Cell and name of a site or an offer."""


def _losses(
    network: Network, lines: list[int], sites: list[str], offers: Iterable[tuple[str, str, str]]
) -> list[tuple[int, list[str], _Point]]:
    """Periods (bit mask) and lines lost without each site or offer, largest loss first."""
    reachability = _LineReachability(network)
    reached = reachability.lines()
    rows = {row.site: row.row for row in network.case.sites}
    numbers = {
        (offer.name, offer.site, offer.material): k for k, offer in enumerate(network.offers)
    }
    points = [
        (WorkbookCell("Sites", rows[site], "site"), site, reachability.lines(without_site=site))
        for site in sites
    ]
    for key in offers:
        number = numbers[key]
        cell = WorkbookCell("Supply", network.offers[number].rows[0], "offer")
        points.append((cell, key[0], reachability.lines(without_offer=number)))
    losses: list[tuple[int, int, list[str], _Point]] = []
    for cell, name, reached_without in points:
        lost: dict[int, list[str]] = defaultdict(list)
        for number in lines:
            lost_periods = reached.get(number, 0) & ~reached_without.get(number, 0)
            if lost_periods:
                lost[lost_periods].append(network.lines[number].name)
        weight = sum(len(names) * periods.bit_count() for periods, names in lost.items())
        losses += [(weight, periods, names, (cell, name)) for periods, names in lost.items()]
    losses.sort(key=lambda loss: -loss[0])
    return [loss[1:] for loss in losses]


class _LineReachability:
    """Lines that flows can reach, regardless of periods; a process needs all its inputs."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.inflow_nodes = {inflow.node for inflow in network.inflows}
        self.arcs: list[tuple[str, int, tuple[int, ...], tuple[int, ...]]] = []
        sites = [node.site for node in network.nodes]
        for flow in network.flows.every():
            arc: tuple[str, int, tuple[int, ...], tuple[int, ...]]
            match flow:
                case Buy():
                    arc = ("", flow.offer, (), (flow.node,))
                case Run():
                    site = network.processes[flow.process].site
                    arc = (site, -1, tuple(flow.consumed), tuple(flow.produced))
                case Ship():
                    arc = (sites[flow.node], -1, (flow.node,), (flow.to_node,))
                case Downgrade():
                    arc = ("", -1, (flow.node,), (flow.to_node,))
                case Deliver() | Keep() | Discard():
                    continue
            self.arcs.append(arc)
        self.sites = sites
        self.users: dict[int, list[int]] = defaultdict(list)
        for number, (_, _, used, _) in enumerate(self.arcs):
            for node in used:
                self.users[node].append(number)
        self.deliveries: dict[int, list[Deliver]] = defaultdict(list)
        for deliver in network.flows.delivers:
            self.deliveries[deliver.node].append(deliver)

    def lines(self, without_site: str = "", without_offer: int = -1) -> dict[int, int]:
        """Bit mask of reachable periods by line, without a site or an offer."""
        missing_inputs = [len(used) for _, _, used, _ in self.arcs]
        waiting = [node for node in self.inflow_nodes if self.sites[node] != without_site]
        reached = set(waiting)

        def run(number: int) -> None:
            site, offer, _, made = self.arcs[number]
            if (site and site == without_site) or (offer >= 0 and offer == without_offer):
                return
            for node in made:
                if node not in reached and self.sites[node] != without_site:
                    reached.add(node)
                    waiting.append(node)

        for number, count in enumerate(missing_inputs):
            if not count:
                run(number)
        while waiting:
            for number in self.users[waiting.pop()]:
                missing_inputs[number] -= 1
                if not missing_inputs[number]:
                    run(number)
        periods_by_line: dict[int, int] = defaultdict(int)
        for node in reached:
            for deliver in self.deliveries.get(node, ()):
                periods_by_line[deliver.line] |= deliver.periods
        return periods_by_line


def _full_and_idle_units(network: Network, locator: CellLocator, tables: Tables) -> Iterator[Alert]:
    """Units that are nearly full, and units at their minimum load."""
    utilisation = tables["Utilisation"]
    full: dict[tuple[str, str], list[str]] = defaultdict(list)
    idle: dict[tuple[str, str], list[str]] = defaultdict(list)
    units = {(unit.site, unit.unit): unit for unit in network.units}
    for site, name, period, amount, share in zip(
        *(utilisation[header] for header in ("site", "unit", "period", "used", "utilisation")),
        strict=True,
    ):
        unit, t = units[site, name], locator.labels[period]
        if share is not None and share > UTILISATION_ALERT_LEVEL:
            full[site, name].append(period)
        minimum = unit.minimum[t] or unit.minimum_when_running[t]
        if minimum and amount <= minimum * (1 + MINIMUM_LOAD_TOLERANCE):
            idle[site, name].append(period)
    savings = {each.thing: each.saving for each in scarcest_of(tables.get("Scarcity"))}
    for periods_by_unit, what, kind in (
        (full, f"used above {percent(UTILISATION_ALERT_LEVEL, 0)} of its capacity", FULL_CAPACITY),
        (idle, "at its minimum load", MINIMUM_LOAD),
    ):
        ranked = sorted(
            periods_by_unit.items(),
            key=lambda item: (-savings.get(", ".join(item[0]), 0.0), -len(item[1])),
        )
        for (site, name), periods in ranked[:MAX_ALERTS_PER_KIND]:
            rows = units[site, name].rows
            cell = WorkbookCell("Units", rows[0] if rows else 0, "capacity")
            when = locator.when(periods)
            text = f"{name[:1].upper()}{name[1:]} at {site} is {what} {when}."
            yield Alert(text, "Units" if rows else "", locator.letter(cell), kind)
        if len(ranked) > MAX_ALERTS_PER_KIND:
            rest = len(ranked) - MAX_ALERTS_PER_KIND
            be, owners = ("is", what) if rest == 1 else ("are", what.replace(" its ", " their "))
            yield Alert(
                f"{number_of(rest, 'more unit')} {be} {owners}: see Utilisation.", kind=kind
            )


def _untaken_contracts(network: Network, locator: CellLocator, tables: Tables) -> Iterator[Alert]:
    """Contract quantities that are paid for and not taken."""
    take_or_pay = tables["Take or pay"]
    currency = network.case.settings.currency
    for offer, row, tonnes, money in zip(
        *(take_or_pay[name] for name in ("offer", "row", "not taken", "cost")), strict=True
    ):
        letter = locator.letter(WorkbookCell("Supply", row, "take or pay"))
        text = f"{offer}: {figure(tonnes)} t are paid for and not taken, {money:,.0f} {currency}."
        yield Alert(text, "Supply", letter, UNTAKEN_CONTRACT)
