"""The command line (命令行): ``tongjian --help`` is the manual."""

from tongjian.cli import _judging_commands as _judging_commands  # registers its commands
from tongjian.cli._app import app, main

__all__ = ["app", "main"]
