"""``python -m tongjian`` is the same as the ``tongjian`` command."""

from tongjian.cli import main

if __name__ == "__main__":
    main()
