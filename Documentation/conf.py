# SPDX-License-Identifier: MIT
"""Sphinx configuration of the qmac manual; built by `make docs`."""

project = "qmac"
author = "the qmac developers"
copyright = author
html_theme = "alabaster"
html_static_path = []
exclude_patterns = ["_build"]
highlight_language = "none"
nitpicky = True
