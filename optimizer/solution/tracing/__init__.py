"""Where delivered tonnes come from: shares by stage, input and place, and certificates.

Shares follow from proportional mixing: what leaves a node (site, material, provenance
class, period) has the shares of what entered it, stock that lay there included.
"""

from optimizer.solution.tracing.certificates import certificates
from optimizer.solution.tracing.provenance import provenance
from optimizer.solution.tracing.shares import Traced, trace
from optimizer.solution.tracing.statements import Rest, Statements

__all__ = ["Rest", "Statements", "Traced", "certificates", "provenance", "trace"]
