"""``python -m tests.control_plan 200``: so many kills while months are frozen."""

import sys
import tempfile
from pathlib import Path

from tests.control_plan.killing import kill_many

with tempfile.TemporaryDirectory() as folder:
    tally = kill_many(Path(folder), int(sys.argv[1]))
print(tally.text(), *tally.wrong, sep="\n")
sys.exit(bool(tally.wrong))
