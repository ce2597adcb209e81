"""Evidence (存证): a log that only grows, and in which nothing can be forged unseen.

Whatever happens to a report is an entry: who, when, which act, upon what, with which content and
files. Entries are chained by hash, and the same hashes are the leaves of a Merkle tree. The state
of a control plan, a workflow or a report version is what its entries say, read in order; there is
no second place where it is kept. Roots of the tree are signed month by month, and a small proof
file shows anyone that an entry is in the log. Files are kept beside it by the hash of their
content.
"""

from tongjian.evidence._attachments import Attachments
from tongjian.evidence._check import check
from tongjian.evidence._checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    month_before,
    month_end,
    month_of,
)
from tongjian.evidence._china import china_day, china_time
from tongjian.evidence._entry import Act, Entry
from tongjian.evidence._file_store import FileStore
from tongjian.evidence._keys import PrivateKey, PublicKey
from tongjian.evidence._log import EvidenceLog
from tongjian.evidence._merkle import EMPTY, MerkleTree, consistent, included
from tongjian.evidence._proof import prove, root_file
from tongjian.evidence._retention import Retention, retention
from tongjian.evidence._roots import KnownKey, Roots
from tongjian.evidence._scan import Scanner
from tongjian.evidence._store import Head, Lines, LogStore
from tongjian.evidence._verify import Verdict, file_digest, verify
from tongjian.evidence._workspace import evidence_folder, workspace_files, workspace_log

__all__ = [
    "EMPTY",
    "Act",
    "Attachments",
    "Checkpoint",
    "Entry",
    "EvidenceLog",
    "FileStore",
    "Head",
    "KnownKey",
    "Lines",
    "LogStore",
    "MerkleTree",
    "PrivateKey",
    "PublicKey",
    "Retention",
    "Roots",
    "Scanner",
    "SignedCheckpoint",
    "Verdict",
    "check",
    "china_day",
    "china_time",
    "consistent",
    "evidence_folder",
    "file_digest",
    "included",
    "month_before",
    "month_end",
    "month_of",
    "prove",
    "retention",
    "root_file",
    "verify",
    "workspace_files",
    "workspace_log",
]
