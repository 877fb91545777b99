"""The mathematics: a Pyomo model, one file per constraint family."""

from optimizer.model.build import build
from optimizer.model.twist import Twist, cost_of, measured
from optimizer.model.twist import add as add_twist

__all__ = ["Twist", "add_twist", "build", "cost_of", "measured"]
