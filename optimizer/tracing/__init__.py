"""Where delivered tonnes come from: shares by stage, input and place, and certificates.

Shares follow from proportional mixing: what leaves a node (site, material, provenance
class, period) has the shares of what entered it, stock that lay there included.
"""

from optimizer.tracing.certificate_table import certificates
from optimizer.tracing.origin_shares import OriginShares, trace
from optimizer.tracing.origin_statements import OriginStatements, UnstatedRest
from optimizer.tracing.provenance_table import provenance

__all__ = [
    "OriginShares",
    "OriginStatements",
    "UnstatedRest",
    "certificates",
    "provenance",
    "trace",
]
