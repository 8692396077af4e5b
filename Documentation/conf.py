# SPDX-License-Identifier: MIT
"""Sphinx configuration of the qmac manual; built by `make docs`."""

from pathlib import Path

project = "qmac"
author = "the qmac developers"
copyright = author
html_theme = "alabaster"
html_static_path = []
exclude_patterns = ["_build"]
highlight_language = "none"
nitpicky = True

# man/NAME.SECTION.rst, whose title is "NAME – what it does".
man_make_section_directory = True
man_pages = []
for _page in sorted((Path(__file__).parent / "man").glob("*.[1-9].rst")):
    _name, _section, _ = _page.name.rsplit(".", 2)
    _title = next(line for line in _page.read_text(encoding="utf-8").splitlines() if " – " in line)
    man_pages.append((f"man/{_name}.{_section}", _name, _title.split(" – ", 1)[1], [], int(_section)))
