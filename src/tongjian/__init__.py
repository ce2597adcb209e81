"""Tongjian (通鉴): accounting for heavy industry where every regulation is a document."""

__version__ = "0.1.0"
