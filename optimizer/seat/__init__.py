"""The planner's seat: check and solve workbooks on a page that this computer serves to itself.

``Seat`` is the server. It reads and checks workbooks as ``optimizer check`` does, and runs
``optimizer solve`` in a process of its own, so it knows nothing of the mathematics.
"""

from optimizer.seat.seat import Seat
from optimizer.seat.signals import interrupted_by_signals

__all__ = ["Seat", "interrupted_by_signals"]
