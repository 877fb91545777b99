"""Origin of delivered tonnes: shares by stage, input and place, and certificates.

Shares follow from proportional mixing: what leaves a node (site, material, provenance class,
period) has the shares of all that entered it, opening stock included.
"""

from optimizer.tracing.certificate_table import certificates
from optimizer.tracing.lawfulness_verdict import Lawfulness, lawfulness
from optimizer.tracing.origin_shares import OriginShares, trace
from optimizer.tracing.origin_statements import OriginStatements, UnstatedTonnes
from optimizer.tracing.provenance_table import provenance

__all__ = [
    "Lawfulness",
    "OriginShares",
    "OriginStatements",
    "UnstatedTonnes",
    "certificates",
    "lawfulness",
    "provenance",
    "trace",
]
