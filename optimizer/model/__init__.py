"""The mathematics: a Pyomo model, one file per constraint family."""

from optimizer.model.build import build

__all__ = ["build"]
