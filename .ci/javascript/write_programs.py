"""Write the program of each page as one file, as the page has it: its parts share a scope.

The linter looks at a part alone, where a name that another part declares is unknown. In the
whole program every name must be declared and used.
"""

from pathlib import Path

from optimizer.report.page.html_file import SHARED_PROGRAMS, page_part
from optimizer.report.page.plan_page import PLAN_PROGRAMS
from optimizer.report.page.study_page import STUDY_PROGRAMS

FOLDER = Path(__file__).parent / "build"

FOLDER.mkdir(exist_ok=True)
for name, programs in (("plan_page", PLAN_PROGRAMS), ("study_page", STUDY_PROGRAMS)):
    text = "".join(page_part(part) for part in (*SHARED_PROGRAMS, *programs))
    (FOLDER / f"{name}.js").write_text(text, encoding="utf-8")
