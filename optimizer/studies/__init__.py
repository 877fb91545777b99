"""What if: studies that solve a case many times."""

from optimizer.studies.rules import RuleCosts, cost_of_rules

__all__ = ["RuleCosts", "cost_of_rules"]
