"""The command line (命令行): ``tongjian --help`` is the manual."""

from tongjian.cli._app import app, main

__all__ = ["app", "main"]
