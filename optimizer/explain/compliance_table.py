"""The sheet Compliance: the deliveries that each rule binds, its verdict and its price."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from optimizer.explain.cell_locator import family_of
from optimizer.explain.duals import NOT_KNOWN
from optimizer.model.balance import BALANCE_FAMILY
from optimizer.model.rules import RULE_SHARE_FAMILY
from optimizer.network.calendar import members
from optimizer.network.network_data import Network, RulePhase
from optimizer.result.flow_tables import segment_of
from optimizer.result.price_layouts import COMPLIANCE_LAYOUT
from optimizer.result.result_table import Table, table
from optimizer.result.variable_values import VariableValues, nonzero_values
from optimizer.solver import Answer, Program
from optimizer.tracing.origin_statements import OriginStatements

COMPLIANT_SHARE_TOLERANCE = 1e-6
"""Excess of a share that still counts as kept: ten times HiGHS's tolerance of a row."""

NO_DUALS_NOTE = "no price: the plan has no dual values"
NO_BREAKING_LOT_NOTE = (
    "no price: no lot that breaks the rule can be delivered; cost of rules solves without the rule"
)
NEVER_BROKEN_NOTE = "no lot of this case can break the rule"
ONE_TONNE_NOTE = "price of one tonne only; other dates need a new solve"

REST_PARTS = ("unknown", "not_stated")
"""Fields of a Rest in tonnes."""

DeliveredLot = tuple[int, float]
"""Traits broken and tonnes."""


class RuleValues(Struct, frozen=True):
    """Prices, as present value, of the rows that enforce rules."""

    shares: dict[tuple[str, ...], float]
    """Price of each row of a rule with a share, by the row's index."""
    places: dict[tuple[str, str, str], list[tuple[int, float]]]
    """By customer, material and period: the traits that each class breaks, and its price."""


def rule_values(network: Network, program: Program, answer: Answer) -> RuleValues | None:
    """Prices for Compliance; None if the plan has no duals or the case no rules."""
    if answer.prices is None or not network.phases:
        return None
    customers = {line.customer for line in network.lines}
    broken = {(node.site, node.material, node.name): node.broken for node in network.nodes}
    values = RuleValues({}, {})
    for constraint, price in zip(program.constraints, answer.prices.tolist(), strict=True):
        family = family_of(constraint)
        if family == RULE_SHARE_FAMILY.name:
            values.shares[constraint.index()] = price
        elif family == BALANCE_FAMILY.name and constraint.index()[0] in customers:
            site, material, name, period = constraint.index()
            own = values.places.setdefault((site, material, period), [])
            own.append((broken[site, material, name], price))
    return values


def compliance(
    done: VariableValues, prices: RuleValues | None, statements: OriginStatements
) -> Table:
    """One row per rule row, line of demand and window; least headroom first."""
    network = done.network
    delivered: dict[tuple[int, int], list[DeliveredLot]] = {}
    for flow, t, tonnes in nonzero_values(done.deliver):
        deliver = network.flows.delivers[flow]
        lot = (network.nodes[deliver.node].broken, tonnes)
        delivered.setdefault((deliver.line, t), []).append(lot)
    rows = []
    for phase in network.phases:
        for line, bound in phase.lines.items():
            for window, periods in phase.windows:
                if periods & bound:
                    lots = {t: delivered.get((line, t), []) for t in members(periods & bound)}
                    rows.append(_row(network, phase, line, window, lots, prices, statements))
    rows.sort(key=lambda row: row[9] - row[8])
    return table(COMPLIANCE_LAYOUT, rows)


def _row(
    network: Network,
    phase: RulePhase,
    line: int,
    window: str,
    by_period: dict[int, list[DeliveredLot]],
    prices: RuleValues | None,
    statements: OriginStatements,
) -> tuple[Any, ...]:
    lots = [lot for own in by_period.values() for lot in own]
    total = sum(tonnes for _, tonnes in lots)
    breaking = sum(tonnes for broken, tonnes in lots if broken & phase.trait)
    share = breaking / total if total else 0.0
    classes: dict[str, float] = {}
    for broken, tonnes in lots:
        name = f"breaks {', '.join(network.rules_of(broken))}" if broken else "clean"
        classes[name] = classes.get(name, 0.0) + tonnes
    wanted = network.lines[line]
    segments = {segment_of(wanted.segments, t) for t in by_period}
    price, note = _price(network, phase, line, window, by_period, prices)
    rests = [
        statements.rest(
            phase,
            line,
            t,
            sum(tonnes for _, tonnes in own),
            sum(tonnes for broken, tonnes in own if broken & phase.trait),
        )
        for t, own in by_period.items()
        if own
    ]
    unknown, not_stated = (sum(getattr(one, name) for one in rests) for name in REST_PARTS)
    reasons = dict.fromkeys(cell for one in rests for cell in one.cells)
    reasons |= dict.fromkeys(f"{stage} not stated" for one in rests for stage in one.stages)
    return (
        phase.rule,
        phase.dates,
        phase.row,
        wanted.name,
        "; ".join(sorted(segments)),
        window,
        total,
        breaking,
        share,
        phase.share,
        "; ".join(f"{name} {tonnes:,.6g} t" for name, tonnes in sorted(classes.items())),
        _verdict(share <= phase.share + COMPLIANT_SHARE_TOLERANCE, unknown + not_stated > 0),
        unknown,
        not_stated,
        "; ".join(reasons),
        "; ".join(network.calendar.labels[t] for t in by_period),
        phase.share * total - breaking,
        price,
        note,
        network.case.cell("Rules", phase.row, "maximum share"),
    )


def _verdict(kept: bool, rests: bool) -> str:
    if not kept:
        return "broken"
    return "kept as far as stated" if rests else "kept"


def _price(
    network: Network,
    phase: RulePhase,
    line: int,
    window: str,
    by_period: dict[int, list[DeliveredLot]],
    prices: RuleValues | None,
) -> tuple[float, str]:
    """Present value of one tonne more that breaks the rule, and a note on what it means."""
    if not phase.trait:
        return 0.0, NEVER_BROKEN_NOTE
    if prices is None:
        return NOT_KNOWN, NO_DUALS_NOTE
    wanted = network.lines[line]
    if phase.share > 0:
        name = (phase.rule, phase.dates, wanted.name, wanted.customer, wanted.material, window)
        return abs(prices.shares.get(name, 0.0)), ONE_TONNE_NOTE
    saved = tonnes = 0.0
    for t, lots in by_period.items():
        label = network.calendar.labels[t]
        own = prices.places.get((wanted.customer, wanted.material, label), [])
        clean = [price for broken, price in own if not broken & phase.trait]
        dirty = [price for broken, price in own if broken & phase.trait]
        delivered = sum(amount for _, amount in lots)
        if clean and dirty and delivered:
            saved += delivered * max(min(clean) - min(dirty), 0.0)
            tonnes += delivered
    return (saved / tonnes, ONE_TONNE_NOTE) if tonnes else (NOT_KNOWN, NO_BREAKING_LOT_NOTE)
