"""The HTML templates of Resources/Templates."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from ..resources import resources_folder

if TYPE_CHECKING:
    from jinja2 import Template


@cache
def template(name: str) -> Template:
    """Compiled once in a process: it takes longer than filling it in. Text is escaped; an unknown variable is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = resources_folder() / "Templates"
    environment = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(name)
