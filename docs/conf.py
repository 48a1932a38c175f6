"""The manual as a site: `make docs`."""

project = "stagelyric"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "stagelyric"
html_copy_source = False
html_show_sphinx = False
myst_heading_anchors = 3
exclude_patterns = ["_site"]
# Pages lead to files beside the documentation, which the site does not hold.
suppress_warnings = ["myst.xref_missing", "toc.not_readable", "toc.glob", "toc.no_title"]
