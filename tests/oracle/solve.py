"""The least total discounted cost of a workbook."""

from tests.oracle import bounds, choices, flows, making, trade
from tests.oracle.plan import Plan


def build(source):
    """The programme of a workbook: a path, or a dict of sheet -> list of row dicts."""
    plan = Plan(source)
    builds = choices.invest(plan)
    flows.buy(plan)
    flows.arrive(plan)
    making.make(plan)
    trade.ship(plan)
    deliveries = trade.sell(plan)
    flows.hold(plan)
    flows.discard(plan)
    flows.downgrade(plan)
    flows.settle(plan)
    choices.limit_units(plan, builds)
    choices.taint(plan, builds)
    bounds.comply(plan, deliveries)
    bounds.limit(plan)
    bounds.blend(plan)
    return plan.lp


def solve(source):
    """Least total discounted cost in the workbook's currency; None if there is no plan."""
    return build(source).solve()
