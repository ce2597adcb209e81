"""Attachments: told by their content, kept for their time, every change of them found."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import sys
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import docx
import duckdb
import pytest
import xlsxwriter

from tests.book.filled import FIVE_YEARS, INVOICE
from tests.book.stores import NAMES, Clock, log_over, maker
from tongjian.evidence import Attachments, FileStore, Retention, Scanner, retention
from tongjian.evidence._attachments import shown_name
from tongjian.evidence._settings import settings
from tongjian.problems import TongjianError
from tongjian.rules import Rulebook

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
JPEG = bytes.fromhex("ffd8ffe000104a46494600010101006000600000ffdb0043000101ffd9")
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


@pytest.fixture(params=NAMES)
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Attachments:
    """Attachments of a log over each store."""
    return Attachments(tmp_path / "files", log_over(maker(request.param, tmp_path, request)))


@pytest.fixture
def own(tmp_path: Path) -> Attachments:
    """Attachments of a log in a file."""
    return Attachments(tmp_path / "files", log_over(lambda: FileStore(tmp_path / "log.jsonl")))


def store(files: Attachments, data: bytes = INVOICE, name: str = "发票.csv") -> str:
    made = files.store(io.BytesIO(data), "李四", "meter:厂/1", FIVE_YEARS, name)
    return made.files[0]


def codes(caught: pytest.ExceptionInfo[TongjianError]) -> list[str]:
    return [one.code.removeprefix("evidence.") for one in caught.value.problems]


def test_a_file_is_kept_by_its_content(files: Attachments, tmp_path: Path) -> None:
    path = tmp_path / "发票.csv"
    path.write_bytes(INVOICE)
    made = files.store(path, "李四", "meter:厂/1", FIVE_YEARS)
    digest = hashlib.sha256(INVOICE).hexdigest()

    assert made.files == (digest,)
    assert made.content == {
        "name": "发票.csv",
        "type": "text",
        "size": len(INVOICE),
        "sha256": digest,
        "keep_until": "2031-12-31",
        "retention": FIVE_YEARS.as_dict(),
        "scanned_by": None,
        "mended": False,
        "warnings": [],
    }
    assert files.read(digest) == INVOICE
    assert files.problems() == []
    if os.name == "posix":
        assert not files.path(digest).stat().st_mode & 0o333
    # The same content under another name is one file and another entry.
    store(files, name="副本.csv")
    assert len(files.stored()) == 2
    assert [one.name for one in files.folder.glob("??/*")] == [digest]
    assert list((files.folder / ".incoming").iterdir()) == []


def test_what_the_program_makes_is_kept_as_well(own: Attachments) -> None:
    digest = own.put(b"\x00result")
    assert own.read(digest) == b"\x00result"
    # Nothing names it yet.
    assert [one.code for one in own.problems()] == ["evidence.file_foreign"]


def zipped(*names: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return data.getvalue()


def office(kind: str) -> bytes:
    data = io.BytesIO()
    if kind == "docx":
        docx.Document().save(data)
    else:
        with xlsxwriter.Workbook(data) as book:
            book.add_worksheet()
    return data.getvalue()


def parquet(folder: Path) -> bytes:
    duckdb.sql("SELECT 1 AS a").write_parquet(str(folder / "a.parquet"))
    return (folder / "a.parquet").read_bytes()


def test_types_that_may_be_attached(own: Attachments, tmp_path: Path) -> None:
    for name, data, kind in (
        ("a.pdf", PDF, "pdf"),
        ("a.PNG", PNG, "png"),
        ("a.jpg", JPEG, "jpeg"),
        ("a.xlsx", office("xlsx"), "xlsx"),
        ("a.docx", office("docx"), "docx"),
        ("发票.ofd", zipped("OFD.xml", "Doc_0/Document.xml"), "ofd"),
        ("a.ods", zipped("mimetype", "META-INF/manifest.xml", "content.xml"), "ods"),
        ("a.xls", OLE, "ole"),
        ("a.parquet", parquet(tmp_path), "parquet"),
        ("a.csv", "日期,数量\n".encode("gb18030"), "text"),
        ("a.txt", "日期\n".encode("utf-16"), "text"),
        ("a.json", b'{"a": 1}', "text"),
        ("a.xml", '<?xml version="1.0"?><发票/>'.encode(), "xml"),
        ("no-extension", PDF, "pdf"),
    ):
        made = own.store(io.BytesIO(data), "李四", "x:1", FIVE_YEARS, name)
        assert made.content["type"] == kind, name
    assert own.problems() == []


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.txt", b"#!/bin/sh\nrm -rf /\n", "file_type"),
        ("a.pdf", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + bytes(300), "file_type"),
        ("a.csv", b"\x7fELF\x02\x01\x01" + bytes(300), "file_type"),
        ("a.xml", b"<html><script>alert(1)</script></html>", "file_type"),
        ("a.txt", b"\xef\xbb\xbf  <!DOCTYPE html><p>", "file_type"),
        ("a.xml", b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>', "file_type"),
        ("a.csv", b"a,b\n\x00\x01", "file_type"),
        ("a.csv", b"", "file_type"),
        ("a.zip", zipped("a.txt"), "file_type"),
        ("a.xlsx", zipped("a.txt"), "file_type"),
        ("a.xlsx", zipped("xl/workbook.xml", "xl/vbaProject.bin"), "file_type"),
        ("a.xlsx", b"PK\x03\x04 no archive", "file_type"),
        # The name says another thing than the content.
        ("a.png", PDF, "file_extension"),
        ("a.exe", PDF, "file_extension"),
        ("a.pdf.exe", PDF, "file_extension"),
        ("a.xml", b"a,b\n", "file_extension"),
        ("readme", b"text that says nothing of what it is", "file_extension"),
    ],
)
def test_what_may_not_be_attached(own: Attachments, name: str, data: bytes, code: str) -> None:
    with pytest.raises(TongjianError) as caught:
        store(own, data, name)

    assert codes(caught) == [code]
    # Nothing is left, and nothing was entered.
    assert [path for path in own.folder.rglob("*") if path.is_file()] == []
    assert own.log.entries() == []


def test_a_file_has_a_largest_size(own: Attachments) -> None:
    from dataclasses import replace

    small = Attachments(own.folder, own.log, settings=replace(settings(), max_bytes=1 << 20))
    store(small, b"a" * (1 << 20), "a.txt")
    with pytest.raises(TongjianError) as caught:
        store(small, b"a" * ((1 << 20) + 1), "a.txt")
    assert codes(caught) == ["file_large"]
    assert list((own.folder / ".incoming").iterdir()) == []
    with pytest.raises(TongjianError) as caught:
        small.store(own.folder / "no", "李四", "x:1", FIVE_YEARS)
    assert codes(caught) == ["file_unread"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\发票.pdf", "发票.pdf"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("a\x00\n\x1b[31m.pdf", "a[31m.pdf"),
        ("", "-"),
        ("é" * 300, "é" * 200),
    ],
)
def test_names_are_shown_and_never_used(own: Attachments, given: str, shown: str) -> None:
    assert shown_name(given) == shown


def scanner(folder: Path, body: str, seconds: float = 20) -> Scanner:
    program = folder / "scan.py"
    program.write_text(body)
    return Scanner((sys.executable, str(program)), seconds)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("import sys; sys.exit(b'EICAR' in open(sys.argv[1], 'rb').read())", None),
        ("import sys; print('FOUND'); sys.exit(b'1200' in open(sys.argv[1], 'rb').read())",
         "scan_refused"),
        ("import time; time.sleep(60)", "scan_timeout"),
    ],
)  # fmt: skip
def test_a_scanner_has_to_pass_the_file(
    own: Attachments, tmp_path: Path, body: str, code: str | None
) -> None:
    by = scanner(tmp_path, body, 1 if code == "scan_timeout" else 20)
    scanned = Attachments(own.folder, own.log, by)
    if code is None:
        store(scanned)
        assert own.stored()[0].content["scanned_by"] == Path(sys.executable).name
        return
    with pytest.raises(TongjianError) as caught:
        store(scanned)
    assert codes(caught) == [code]
    assert own.stored() == [] and list(own.folder.glob("??/*")) == []


def test_the_scanner_comes_from_the_environment(own: Attachments) -> None:
    assert Scanner.from_environment({}) is None
    found = Scanner.from_environment({"TONGJIAN_SCAN": "clamdscan --fdpass 'a b'"})
    assert found is not None and found.command == ("clamdscan", "--fdpass", "a b")
    missing = Scanner.from_environment({"TONGJIAN_SCAN": "/no/such/scanner"})
    with pytest.raises(TongjianError) as caught:
        store(Attachments(own.folder, own.log, missing))
    assert codes(caught) == ["scan_failed"]
    with pytest.raises(TongjianError) as caught:
        Scanner.from_environment({"TONGJIAN_SCAN": "a 'b"})
    assert codes(caught) == ["scan_failed"]


def test_every_byte_of_an_attachment_counts(own: Attachments) -> None:
    """Also without a byte, with one more, away, a link, or made runnable."""
    digest = store(own)
    path = own.path(digest)
    path.chmod(0o640)

    def found() -> list[tuple[str, str | None, object]]:
        return [
            (one.code.removeprefix("evidence."), one.place and one.place.file,
             one.values.get("number"))
            for one in own.problems()
        ]  # fmt: skip

    for place, byte in enumerate(INVOICE):
        for bit in range(8):
            forged = INVOICE[:place] + bytes([byte ^ (1 << bit)]) + INVOICE[place + 1 :]
            path.write_bytes(forged)
            assert found() == [("file_changed", str(path), 1)]
        path.write_bytes(INVOICE[:place])
        assert found() == [("file_changed", str(path), 1)]
    path.write_bytes(INVOICE + b"\n")
    assert found() == [("file_changed", str(path), 1)]
    with pytest.raises(TongjianError) as caught:
        own.read(digest)
    assert codes(caught) == ["file_changed"]
    path.unlink()
    assert found() == [("file_missing", str(path), 1)]
    with pytest.raises(TongjianError) as caught:
        own.read(digest)
    assert codes(caught) == ["file_missing"]
    # Storing the original again puts it right, and says so.
    path.write_bytes(b"damaged")
    store(own)
    assert own.stored()[-1].content["mended"] is True
    assert own.problems() == []
    if os.name == "posix":
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        assert [one[0] for one in found()] == ["file_runnable"]
        elsewhere = own.folder.with_name("elsewhere")
        path.rename(elsewhere)
        path.symlink_to(elsewhere)
        assert [one[0] for one in found()] == ["file_missing"]


def test_files_that_nobody_entered_are_told(own: Attachments) -> None:
    digest = store(own)
    (own.folder / digest[:2] / ("0" * 64)).write_bytes(b"x")
    other = own.folder / "zz"
    other.mkdir()
    (other / digest).write_bytes(INVOICE)

    assert [(one.code, one.severity) for one in own.problems()] == [
        ("evidence.file_foreign", "warning")
    ] * 2


@pytest.mark.parametrize("digest", ["../../x", "A" * 64, "", "0" * 63])
def test_a_path_is_made_of_a_digest_only(own: Attachments, digest: str) -> None:
    with pytest.raises(TongjianError) as caught:
        own.path(digest)
    assert codes(caught) == ["file_digest"]


def test_nothing_is_removed_before_its_time(files: Attachments) -> None:
    digest = store(files)
    clock = files.log.clock
    assert isinstance(clock, Clock)
    # The last evening of the last year, in China.
    clock.now = datetime(2031, 12, 31, 15, 59, tzinfo=UTC)
    with pytest.raises(TongjianError) as caught:
        files.delete(digest, "张三", "期满")
    assert codes(caught) == ["file_kept"]
    assert files.read(digest) == INVOICE

    clock.now = datetime(2031, 12, 31, 16, 0, tzinfo=UTC)
    with pytest.raises(TongjianError) as caught:
        files.delete(digest, "张三", "  ")
    assert codes(caught) == ["no_reason"]
    made = files.delete(digest, "张三", "期满，经王五批准")
    assert (made.act, made.subject) == ("attachment.delete", f"attachment:{digest}")
    assert not files.path(digest).exists()
    assert files.problems() == [] and files.deleted() == {digest}
    with pytest.raises(TongjianError) as caught:
        files.delete(digest, "张三", "再次")
    assert codes(caught) == ["file_unknown"]
    # A file that comes back from somewhere is told; stored again it counts again.
    files.path(digest).write_bytes(INVOICE)
    assert [one.code for one in files.problems()] == ["evidence.file_left"]
    store(files)
    assert files.problems() == [] and files.deleted() == set()
    assert files.keep_until(digest) == date(2037, 12, 31)


def test_the_longest_time_counts(own: Attachments) -> None:
    """The same file stored again, under a longer time: it is kept for that one."""
    digest = store(own)
    own.store(io.BytesIO(INVOICE), "李四", "x:1", Retention(10, "内部制度", "", "seen"), "发票.csv")
    store(own)

    assert own.keep_until(digest) == date(2036, 12, 31)
    assert own.keep_until("0" * 64) is None


def test_the_time_of_keeping_is_in_the_rulebook(rulebook: Rulebook) -> None:
    found = retention(rulebook, date(2026, 1, 5))
    # From memory, and told as such: the printed order has not been seen.
    assert (found.years, found.status) == (5, "recalled")
    assert found.until(date(2026, 1, 5)) == date(2031, 12, 31)
    with pytest.raises(TongjianError) as caught:
        retention(rulebook, date(2023, 1, 5))
    assert codes(caught) == ["no_retention"]
