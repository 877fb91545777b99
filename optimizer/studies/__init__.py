"""What if: the same case many times with something else in it. Data in, data out."""

from optimizer.tables import apply
from optimizer.tables import scenarios as scenarios_of

__all__ = ["apply", "scenarios_of"]
