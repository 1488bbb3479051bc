"""A group of commands that is a folder: each module in it is one command, imported when it is used."""

import ast
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import click


class FolderGroup(click.Group):
    """The commands of a package.

    A module's name is the command's name, with hyphens for underscores. It has a function of the same name that is a
    click command, with an underscore behind it where the name is one of Python's own, such as `list_`. Its docstring is
    the line that the group's help has for it. A package in the folder is a group in the same way.

    Args:
        folder: the package.
        **settings: what `click.Group` takes.
    """

    def __init__(self, *, folder: ModuleType, **settings: Any) -> None:
        super().__init__(**settings)
        self._folder = folder

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted(module.name.replace("_", "-") for module in iter_modules(self._folder.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in self.list_commands(ctx):
            return None
        name = cmd_name.replace("-", "_")
        module = import_module(f"{self._folder.__name__}.{name}")
        command: click.Command = getattr(module, f"{name}_", None) or getattr(module, name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with their first lines, which are read without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._line(name)) for name in self.list_commands(ctx)])

    def _line(self, command: str) -> str:
        spec = find_spec(f"{self._folder.__name__}.{command.replace('-', '_')}")
        source = getattr(spec and spec.loader, "get_source", lambda _: None)(spec and spec.name)
        lines = (ast.get_docstring(ast.parse(source or "")) or "").splitlines()
        return lines[0] if lines else ""
