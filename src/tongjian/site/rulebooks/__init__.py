"""The rulebook to read (规则库): documents, differences, confirmation of values."""
