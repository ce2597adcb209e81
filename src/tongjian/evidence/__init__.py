"""Evidence (存证): a log that only grows, and in which nothing can be forged unseen.

Whatever happens to a report is an entry: who, when, which act, upon what, with which content and
files. Entries are chained by hash, and the same hashes are the leaves of a Merkle tree. The state
of a control plan, a workflow or a report version is what its entries say, read in order; there is
no second place where it is kept.
"""

from tongjian.evidence._entry import Act, Entry
from tongjian.evidence._file_store import FileStore
from tongjian.evidence._log import EvidenceLog
from tongjian.evidence._merkle import EMPTY, MerkleTree, consistent, included
from tongjian.evidence._store import Head, Lines, LogStore

__all__ = [
    "EMPTY",
    "Act",
    "Entry",
    "EvidenceLog",
    "FileStore",
    "Head",
    "Lines",
    "LogStore",
    "MerkleTree",
    "consistent",
    "included",
]
