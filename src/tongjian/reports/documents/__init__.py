"""Documents of a finished run (文书)."""
