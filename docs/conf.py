"""How Sphinx builds the documentation."""

from pathlib import Path

ROOT = Path(__file__).parents[1]

project = "Midstream"
author = "The Midstream authors"
project_copyright = "The Midstream authors, Apache-2.0"
release = next(
    line.split('"')[1]
    for line in (ROOT / "src/midstream/__init__.py").read_text(encoding="utf-8").splitlines()
    if line.startswith("__version__")
)

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "reference/parts"]

html_theme = "furo"
html_title = f"Midstream {release}"
html_copy_source = False
html_show_sourcelink = False
