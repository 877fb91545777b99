"""What the workbook means: calendar, recipes, provenance classes, reachability; plain data."""

from optimizer.network.build import build
from optimizer.network.data import Network
from optimizer.network.warnings import warnings

__all__ = ["Network", "build", "warnings"]
