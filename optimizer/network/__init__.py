"""Network of a case as plain data: calendar, recipes, provenance classes and flows."""

from optimizer.network.build_network import build
from optimizer.network.network_data import Network
from optimizer.network.network_warnings import warnings

__all__ = ["Network", "build", "warnings"]
