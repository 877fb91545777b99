"""The planner's seat: check and solve workbooks on a page that this computer serves to itself.

``Seat`` is the server. It reads and checks workbooks as ``optimizer check`` does, and runs
``optimizer solve`` in a process of its own, so it knows nothing of the mathematics.
"""

from optimizer.seat.seat import Seat

__all__ = ["Seat"]
