"""How the documents become a site: `make docs` builds it into build/docs, and any warning is an error.

The source folder is the whole project (`sphinx-build -c docs . build/docs`), so that a link leads to the same
place on the site and in the repository.
"""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]

project = "Trueup"
author = "the founders of Trueup"
release = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "docs/index"
include_patterns = [
    "docs/*.md",
    "docs/ledgers/*.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "README.md",
    "SECURITY.md",
]
exclude_patterns = [".*", "build", "tests", "docs/site"]

myst_heading_anchors = 4  # a link to a heading that is not there is a warning

highlight_language = "none"  # a drawing is no program

html_theme = "furo"
html_title = "Trueup"
html_favicon = "site/mark.svg"
html_logo = "site/mark.svg"
html_extra_path = ["site/index.html"]  # the site's own address leads to its first page
html_static_path = ["site/trueup.css"]
html_css_files = ["trueup.css"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#1d4ed8", "color-brand-content": "#1d4ed8"},
    "dark_css_variables": {"color-brand-primary": "#8ab4ff", "color-brand-content": "#8ab4ff"},
}
