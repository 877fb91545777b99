"""The documentation as a site: ``.venv/bin/sphinx-build -W docs outputs/site``, extra ``docs``.

Sphinx with MyST, for three reasons. The docstrings are written with its roles, and autodoc reads
them from the package that is imported, so that the reference of the library cannot fall behind.
A link or heading that does not exist ends the build. Its search needs no service: the site is a
folder of files, which can stand on any server or disk.
"""

import re
from pathlib import Path

from sphinx.application import Sphinx

from optimizer.version import __version__

project = "Magnet sourcing optimizer"
copyright = "The magnet sourcing optimizer authors, MIT licence"
version = release = __version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
nb_execution_mode = "off"
exclude_patterns = ["pictures.py", "reference_case"]
suppress_warnings = ["myst.header"]
autodoc_member_order = "bysource"
autodoc_typehints = "description"
html_theme = "furo"
html_title = project

PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
}
"""Files of the project beside ``docs`` that are pages of the site, by their page."""
LINK = re.compile(
    r"\[(?P<text>[^\[\]]*)\]\((?!https?:|mailto:|#)(?P<up>\.\./)?(?P<path>[^)#\s]+)(?P<anchor>#[^)]*)?\)"
)
"""A link of Markdown to a file."""


def links_of_the_site(text: str, inside: bool) -> str:
    """Text whose links to files of the project lead to their pages; others become plain words.

    ``inside`` is true for a page of ``docs``, whose links out of it begin with ``../``.
    """

    def link(found: re.Match[str]) -> str:
        if inside and found["up"] is None:
            return found[0]
        page = PAGES.get(found["path"])
        if page is not None:
            return f"[{found['text']}]({page}{found['anchor'] or ''})"
        if found["path"].startswith("docs/"):
            return found[0]
        return f"{found['text']} (`{found['path']}`)"

    return LINK.sub(link, text)


def setup(app: Sphinx) -> None:
    """Let pages and what they include link to each other in the site as in the repository."""

    def page(app: Sphinx, name: str, source: list[str]) -> None:
        source[0] = links_of_the_site(source[0], inside=True)

    def included(app: Sphinx, path: Path, name: str, source: list[str]) -> None:
        source[0] = links_of_the_site(source[0], inside=False)

    app.connect("source-read", page)
    app.connect("include-read", included)
