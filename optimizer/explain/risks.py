"""Where a plan is weak: single points of failure, full plants, money for nothing.

Each alert is a sentence that carries the cell it is about, where there is one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from optimizer.explain.cell_locator import CellLocator, WorkbookCell
from optimizer.network.calendar import members
from optimizer.network.flows import Buy, Deliver, Discard, Downgrade, Keep, Run, Ship
from optimizer.network.network_data import Network
from optimizer.result.number_text import figure, listed
from optimizer.result.result_layouts import Tables

FULL = 0.95
"""Utilisation above which a plant is said to be full."""

MOST = 4
"""Alerts of one kind."""

WORK = 3_000_000
"""Flows times sites above which single points of failure are not looked for."""


class Alert(str):
    """A sentence for the first sheet; ``sheet`` and ``cell`` are where it stems from."""

    __slots__ = ("cell", "sheet")
    sheet: str
    cell: str

    def __new__(cls, text: str, sheet: str = "", cell: str = "") -> Alert:
        """A sentence with its cell; both may be empty."""
        made = super().__new__(cls, text)
        made.sheet, made.cell = sheet, cell
        return made


def weaknesses(network: Network, tables: Tables) -> Iterator[Alert]:
    """Alerts on what the plan leans on."""
    places = CellLocator(network)
    yield from _why_short(tables)
    yield from _single(network, places, tables)
    yield from _units(network, places, tables)
    yield from _unused(network, places, tables)


def _why_short(tables: Tables) -> Iterator[Alert]:
    """The weightiest reason of the largest shortages."""
    reasons = tables["Shortage reasons"]
    first: dict[tuple[str, str], tuple[float, str, str, str, str]] = {}
    for line, period, short, reason, sheet, cell in zip(
        *(reasons[name] for name in ("line", "period", "short", "reason", "sheet", "cell")),
        strict=True,
    ):
        first.setdefault((line, period), (short, period, reason, sheet, cell))
    told: set[tuple[str, str, str]] = set()
    for (line, _), (short, period, reason, sheet, cell) in sorted(
        first.items(), key=lambda item: -item[1][0]
    ):
        if (line, sheet, cell) not in told and len(told) < MOST:
            told.add((line, sheet, cell))
            yield Alert(f"{line} is {figure(short)} t short in {period}: {reason}.", sheet, cell)


def _single(network: Network, places: CellLocator, tables: Tables) -> Iterator[Alert]:
    """Sites and offers without which no flow at all can reach a line, whatever is planned."""
    served = set(zip(tables["Deliveries"]["line"], tables["Deliveries"]["customer"], strict=True))
    lines = [
        number
        for number, line in enumerate(network.lines)
        if (line.name, line.customer) in served and (any(line.penalty) or any(line.minimum))
    ]
    customers = {network.lines[number].customer for number in lines}
    made = set(tables["Production"]["site"]) - customers
    offers = dict.fromkeys(
        zip(*(tables["Purchases"][name] for name in ("offer", "site", "material")), strict=True)
    )
    if not lines or (len(made) + len(offers)) * sum(1 for _ in network.flows.every()) > WORK:
        return
    reach = _LineReachability(network)
    every = reach.lines()
    rows = {row.site: row.row for row in network.case.sites}
    points = [
        (WorkbookCell("Sites", rows[site], "site"), site, reach.lines(without_site=site))
        for site in sorted(made)
    ]
    numbers = {(own.name, own.site, own.material): k for k, own in enumerate(network.offers)}
    for name in offers:
        number = numbers[name]
        cell = WorkbookCell("Supply", network.offers[number].rows[0], "offer")
        points.append((cell, name[0], reach.lines(without_offer=number)))
    found = []
    for cell, name, left in points:
        lost: dict[int, list[str]] = defaultdict(list)
        for number in lines:
            gone = every.get(number, 0) & ~left.get(number, 0)
            if gone:
                lost[gone].append(network.lines[number].name)
        weight = sum(len(names) * gone.bit_count() for gone, names in lost.items())
        found += [(weight, cell, name, gone, names) for gone, names in lost.items()]
    found.sort(key=lambda item: -item[0])
    together: dict[tuple[int, tuple[str, ...]], list[tuple[WorkbookCell, str]]] = defaultdict(list)
    for _, cell, name, gone, names in found:
        together[gone, tuple(names)].append((cell, name))
    for (gone, lost_lines), own in list(together.items())[:MOST]:
        when = ""
        if gone != network.calendar.all:
            labels = network.calendar.labels
            when = f" {places.when([labels[t] for t in members(gone)])}"
        point = "Single point of failure" if len(own) == 1 else "Single points of failure"
        without = listed([name for _, name in own], "or")
        text = f"{point}: without {without} nothing can reach {listed(lost_lines)}{when}."
        yield Alert(text, own[0][0].sheet, places.letter(own[0][0]))
    if len(together) > MOST:
        rest = sum(len(own) for own in list(together.values())[MOST:])
        yield Alert(f"{rest} more single points of failure.")


class _LineReachability:
    """Which lines something can reach, periods left out: flows that need all their inputs."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.given = {inflow.node for inflow in network.inflows}
        self.arcs: list[tuple[str, int, tuple[int, ...], tuple[int, ...]]] = []
        sites = [node.site for node in network.nodes]
        for flow in network.flows.every():
            arc: tuple[str, int, tuple[int, ...], tuple[int, ...]]
            match flow:
                case Buy():
                    arc = ("", flow.offer, (), (flow.node,))
                case Run():
                    site = network.processes[flow.process].site
                    arc = (site, -1, tuple(flow.used), tuple(flow.made))
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
        self.ends: dict[int, list[Deliver]] = defaultdict(list)
        for deliver in network.flows.delivers:
            self.ends[deliver.node].append(deliver)

    def lines(self, without_site: str = "", without_offer: int = -1) -> dict[int, int]:
        """Lines, and periods, that something can reach without a site or an offer."""
        lacking = [len(used) for _, _, used, _ in self.arcs]
        waiting = [node for node in self.given if self.sites[node] != without_site]
        reached = set(waiting)

        def run(number: int) -> None:
            site, offer, _, made = self.arcs[number]
            if (site and site == without_site) or (offer >= 0 and offer == without_offer):
                return
            for node in made:
                if node not in reached and self.sites[node] != without_site:
                    reached.add(node)
                    waiting.append(node)

        for number, count in enumerate(lacking):
            if not count:
                run(number)
        while waiting:
            for number in self.users[waiting.pop()]:
                lacking[number] -= 1
                if not lacking[number]:
                    run(number)
        found: dict[int, int] = defaultdict(int)
        for node in reached:
            for deliver in self.ends.get(node, ()):
                found[deliver.line] |= deliver.periods
        return found


def _units(network: Network, places: CellLocator, tables: Tables) -> Iterator[Alert]:
    """Units that are nearly full, and units that only their minimum keeps running."""
    used = tables["Utilisation"]
    full: dict[tuple[str, str], list[str]] = defaultdict(list)
    idle: dict[tuple[str, str], list[str]] = defaultdict(list)
    least = {(unit.site, unit.unit): unit for unit in network.units}
    for site, name, period, amount, share in zip(
        *(used[header] for header in ("site", "unit", "period", "used", "utilisation")), strict=True
    ):
        unit, t = least[site, name], places.labels[period]
        if share is not None and share > FULL:
            full[site, name].append(period)
        minimum = unit.minimum[t] or unit.idle_minimum[t]
        if minimum and amount <= minimum * (1 + 1e-6):
            idle[site, name].append(period)
    for found, what in (
        (full, f"used above {FULL:.0%}"),
        (idle, "run at no more than its minimum load"),
    ):
        ranked = sorted(found.items(), key=lambda item: -len(item[1]))
        for (site, name), periods in ranked[:MOST]:
            rows = least[site, name].rows
            cell = WorkbookCell("Units", rows[0] if rows else 0, "capacity")
            when = places.when(periods)
            text = f"{name} at {site} is {what} {when}."
            yield Alert(text, "Units" if rows else "", places.letter(cell))
        if len(ranked) > MOST:
            yield Alert(f"{len(ranked) - MOST} more units are {what}: see Utilisation.")


def _unused(network: Network, places: CellLocator, tables: Tables) -> Iterator[Alert]:
    """Contracts that are paid for and not taken."""
    paid = tables["Take or pay"]
    currency = network.case.settings.currency
    for offer, row, tonnes, money in zip(
        *(paid[name] for name in ("offer", "row", "not taken", "cost")), strict=True
    ):
        letter = places.letter(WorkbookCell("Supply", row, "take or pay"))
        text = f"{offer}: {figure(tonnes)} t are paid for and not taken, {money:,.0f} {currency}."
        yield Alert(text, "Supply", letter)
