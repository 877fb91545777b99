"""Write the program of each page as one file, as the page has it: its parts share a scope.

The linter looks at a part alone, where a name that another part declares is unknown. In the
whole program every name must be declared and used.
"""

from pathlib import Path

from optimizer.report.page import plan_page, study_page
from optimizer.report.page.html_file import SHARED, text_of

FOLDER = Path(__file__).parent / "build"

FOLDER.mkdir(exist_ok=True)
for page in (plan_page, study_page):
    text = "".join(text_of(part) for part in (*SHARED, *page.PROGRAMS))
    name = page.__name__.rpartition(".")[2]
    (FOLDER / f"{name}.js").write_text(text, encoding="utf-8")
