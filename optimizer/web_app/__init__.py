"""Check and solve workbooks on a page that this computer serves to itself.

``WebApp`` is the server. It reads and checks workbooks as ``optimizer check`` does, and runs
``optimizer solve`` in a process of its own, so it knows nothing of the mathematics.
"""

import logging

from optimizer.web_app.app import WebApp
from optimizer.web_app.termination_signals import interrupted_by_signals

logging.getLogger(__name__).addHandler(logging.NullHandler())

__all__ = ["WebApp", "interrupted_by_signals"]
