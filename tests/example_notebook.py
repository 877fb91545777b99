"""The example notebook: ``python -m tests.example_notebook`` runs it and stores its outputs.

``docs/notebook.ipynb`` is the source of its own cells; only outputs are written here.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).resolve().parents[1] / "docs" / "notebook.ipynb"
SECONDS_FOR_A_CELL = 300
_FRAME = re.compile(r"<iframe srcdoc='(.*?)'", re.S)
_DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.S)


def executed() -> Any:
    """The notebook after a run from top to bottom in a kernel of its own."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=SECONDS_FOR_A_CELL,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(NOTEBOOK.parent)}},
    )
    client.execute()
    notebook.metadata.pop("language_info", None)  # It names the version of Python.
    return notebook


def shown(notebook: Any) -> list[list[dict[str, Any]]]:
    """What each cell of code shows, by type; of a picture its data without day and version.

    The programs that draw a picture are tested as parts of the page.
    """
    return [
        [
            {kind: _content(value) for kind, value in output.get("data", output).items()}
            for output in cell.outputs
        ]
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def _content(value: Any) -> Any:
    frame = _FRAME.search(value) if isinstance(value, str) else None
    if frame is None:
        return value
    data = _DATA.search(html.unescape(frame[1]))
    assert data is not None
    return {
        name: own for name, own in json.loads(data[1]).items() if name not in ("made", "version")
    }


def main() -> None:
    """Store the outputs of a run in the notebook."""
    nbformat.write(executed(), NOTEBOOK)


if __name__ == "__main__":
    main()
