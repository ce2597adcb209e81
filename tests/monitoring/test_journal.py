"""The journal: whatever part of the last batch is there after a crash, the rest holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tongjian.monitoring.gateway import Journal, Stations, read_stations
from tongjian.problems import RecordError


def journal_of(folder: Path, *batches: list[bytes]) -> Path:
    journal = Journal.open(folder)
    for batch in batches:
        journal.append(batch)
    journal.close()
    return journal.paths()[-1]


def test_records_come_back_in_order_over_several_files(tmp_path: Path) -> None:
    contents = [bytes([number]) * number for number in range(200)]
    journal = Journal.open(tmp_path, file_bytes=1000)
    for at in range(0, 200, 7):
        journal.append(contents[at : at + 7])
    journal.close()

    assert len(journal.paths()) > 5
    assert list(Journal(tmp_path).read()) == contents


def test_every_cut_of_the_last_batch_leaves_the_others(tmp_path: Path) -> None:
    path = journal_of(tmp_path, [b"one", b"two"])
    whole = path.stat().st_size
    path = journal_of(tmp_path, [b"three", b"four"])
    data = path.read_bytes()
    for cut in range(whole, len(data)):
        path.write_bytes(data[:cut])
        again = journal_of(tmp_path, [b"five"])
        assert list(Journal(tmp_path).read()) == [b"one", b"two", b"five"]
        assert again == path


def test_a_last_batch_with_holes_is_cut_off(tmp_path: Path) -> None:
    """A power cut may leave any page of what was being written unwritten."""
    path = journal_of(tmp_path, [b"one"])
    whole = path.stat().st_size
    path = journal_of(tmp_path, [b"x" * 50, b"y" * 50])
    data = bytearray(path.read_bytes())
    for start in range(whole, len(data), 16):
        holed = bytearray(data)
        holed[start : start + 16] = bytes(len(holed[start : start + 16]))
        path.write_bytes(holed)
        assert list(Journal(tmp_path).read()) == [b"one"]


def test_damage_before_the_last_batch_is_told_and_nothing_is_cut(tmp_path: Path) -> None:
    journal_of(tmp_path, [b"one"])
    path = journal_of(tmp_path, [b"two"])
    data = bytearray(path.read_bytes())
    data[14] ^= 1
    path.write_bytes(data)

    with pytest.raises(RecordError) as caught:
        Journal.open(tmp_path)
    assert "损坏" in caught.value.problems[0].message("zh")
    assert path.read_bytes() == data


def test_a_file_of_stations(tmp_path: Path) -> None:
    path = tmp_path / "stations.toml"
    path.write_text(
        '[[station]]\nmn = "A1"\npassword = "123456"\nname = "北区1号"\nedition = "2017"\n'
        'codes = { x05001 = "N2O" }\nkeys = ["30303030303030303030303030303030"]\n',
        encoding="utf-8",
    )
    stations = read_stations(path)

    assert stations.admits(b"A1", b"123456")
    assert not stations.admits(b"A1", b"12345")
    assert not stations.admits(b"A2", b"123456")
    assert stations.keys(b"A1") == (b"0" * 16,)
    (station,) = stations
    assert (station.codes, station.name) == ({"x05001": "N2O"}, "北区1号")
    assert "123456" not in repr(station)
    assert "3030" not in repr(station)


def test_every_fault_of_a_file_of_stations_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "stations.toml"
    path.write_text(
        '[[station]]\nmn = "A1"\npassword = ""\ncrc = "crc32"\n'
        '[[station]]\nmn = "A2"\npassword = "1"\nkeys = ["xyz"]\ncolour = 1\nflags = "2018"\n'
        '[[station]]\nmn = "A3"\npassword = "1"\n[[station]]\nmn = "A3"\npassword = "1"\n',
        encoding="utf-8",
    )
    with pytest.raises(RecordError) as caught:
        read_stations(path)

    found = [(one.place.row, one.values["field"]) for one in caught.value.problems]
    assert found == [
        *((1, "password"), (1, "crc"), (2, "colour"), (2, "flags"), (2, "keys"), (4, "mn")),
    ]
    assert "xyz" not in str(caught.value)


def test_an_empty_list_admits_nobody() -> None:
    assert not Stations([]).admits(b"", b"")
