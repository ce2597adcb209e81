"""From journals into the store: once, whatever the pieces, the restarts and the gateways."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.monitoring.station import MN, PASSWORD, Client, minute, stations
from tongjian.monitoring.gateway import FRAME, REFUSED, Gateway, Journal, Settings
from tongjian.monitoring.gateway._records import packed
from tongjian.monitoring.hj212 import Telegram, TelegramError, build, frame, parse, readings, split
from tongjian.monitoring.profile import Profile, Station, Stations, read_profile
from tongjian.monitoring.series import SeriesStore, raw_telegram

DAY = np.datetime64("2024-01-01")
NEXT = np.datetime64("2024-02-01")
PROFILE = Profile(stations())
CORPUS = Path(__file__).with_name("telegrams.jsonl")


def journal(folder: Path, *frames: bytes, first_us: int = 0, refused: int = 0) -> Path:
    """A journal as a gateway writes it, in batches of three."""
    kept = Journal.open(folder)
    contents = [packed(FRAME, first_us + at, 1, raw) for at, raw in enumerate(frames)]
    contents += [packed(REFUSED, 0, 1, b"noise")] * refused
    for at in range(0, len(contents), 3):
        kept.append(contents[at : at + 3])
    kept.close()
    return folder


def data(cn: str, moment: str, *items: str, mn: str = MN, qn: str = "2024010100000000") -> bytes:
    groups = [tuple(tuple(pair.split("=")) for pair in item.split(",")) for item in items]
    telegram = Telegram(
        *("31", cn, mn, f"{qn}0", PASSWORD, 5), groups=((("DataTime", moment),), *groups)
    )
    return frame(build(telegram))


def kept(store: SeriesStore, code: str = "a21026", span: int = 60) -> list[float]:
    return store.parsed(f"{MN}/{code}", span, DAY, NEXT).avg.tolist()


def test_a_real_gateway_and_the_way_back_to_its_telegrams(tmp_path: Path) -> None:
    folder = tmp_path / "journal"

    async def play(first: int, last: int) -> None:
        gateway = Gateway(folder, stations(), Settings(group_s=0), file_bytes=2000)
        port = await gateway.start("127.0.0.1", 0)
        async with Client(port) as station:
            for number in range(first, last):
                station.send(minute(number))
            await station.answers(last - first)
        await gateway.stop()

    asyncio.run(play(0, 20))
    with SeriesStore.open(tmp_path / "series") as store:
        done = store.ingest(folder, PROFILE)
        assert (done.telegrams, done.values, done.refused) == (20, 20, 0)
        assert store.ingest(folder, PROFILE).records == 0
        asyncio.run(play(15, 30))  # five come again, which the gateway knows
        assert store.ingest(folder, PROFILE).values == 10
        assert kept(store) == [number + 0.5 for number in range(30)]
        found = store.parsed(f"{MN}/a21026", 60, DAY, NEXT)
        assert len(set(found.origin)) > 1
        for at in (0, 29):
            raw = raw_telegram(folder, found.origin[at], int(found.record[at]))
            assert raw is not None
            assert raw.strip() == minute(at).strip()
        assert raw_telegram(folder, "elsewhere-0/000000000001.journal", 0) is None
        assert set(found.flag) == {"N"}


def test_every_kind_of_telegram_has_its_interval(tmp_path: Path) -> None:
    item = "a21026-Avg=1,a21026-Flag=N"
    frames = [
        data("2011", "20240101000030", "a21026-Rtd=5,a21026-Flag=N"),
        data("2051", "20240101000000", item),
        data("2061", "20240101000000", item.replace("=1", "=2")),
        data("2031", "20240101000000", item.replace("=1", "=3")),
        data("9015", "20240101000000", item),
        data("2051", "20240101000000", item, mn="9" * 24),
        data("2051", "20240199000000", item),
        data("2051", "20240101000500", "a21026-Avg=4,a21026-Flag=?"),
    ]
    profile = Profile(Stations([Station(MN, PASSWORD, min_interval=5)]))
    with SeriesStore.open(tmp_path / "series") as store:
        done = store.ingest(journal(tmp_path / "j", *frames, refused=1), profile)
        assert (done.records, done.telegrams, done.values) == (9, 7, 6)
        assert (done.refused, done.undated) == (1, 1)
        # A station that the profile does not have yet: what it sent is there when it does.
        assert dict(done.unknown) == {"9" * 24: 1}
        assert len(store.parsed(f"{'9' * 24}/a21026", 60, DAY, NEXT)) == 1
        assert dict(done.flags) == {(MN, "?"): 1}
        assert [kept(store, span=span) for span in (300, 3600, 86_400)] == [[1, 4], [2], [3]]
        assert store.parsed(f"{MN}/a21026", 0, DAY, NEXT).rtd.tolist() == [5]


def test_packets_wait_for_each_other_over_restarts(tmp_path: Path) -> None:
    codes = [f"a{21000 + number}" for number in range(120)]
    groups = tuple(
        ((f"{code}-Avg", str(at)), (f"{code}-Flag", "N")) for at, code in enumerate(codes)
    )
    whole = Telegram(
        *("31", "2051", MN, "20240101000000000", PASSWORD, 5),
        groups=((("DataTime", "20240101000000"),), *groups),
    )
    numbers = iter(range(1, 99))
    parts = [
        frame(build(one)) for one in split(whole, lambda: f"{20240101000000000 + next(numbers)}")
    ]
    assert len(parts) > 2
    folder = tmp_path / "j"
    for at, part in enumerate(parts):
        journal(folder, part)
        with SeriesStore.open(tmp_path / "series") as store:
            done = store.ingest(folder, PROFILE)
            last = at == len(parts) - 1
            assert (done.telegrams, done.open) == ((1, 0) if last else (0, 1))
            if at == 0:
                store.flush()
    with SeriesStore.open(tmp_path / "series") as store:
        assert [kept(store, code) for code in codes] == [[at] for at in range(120)]


def test_several_gateways_and_late_journals_give_one_truth(tmp_path: Path) -> None:
    """The same telegram by two gateways, and a correction: whichever journal is read first."""
    one = journal(tmp_path / "j" / "one", *(minute(n) for n in range(6)), first_us=1000)
    again = [data("2051", "20240101000100", "a21026-Avg=99,a21026-Flag=N"), minute(2)]
    two = journal(tmp_path / "j" / "two", *again, first_us=2000)
    wanted = [0.5, 99.0, 2.5, 3.5, 4.5, 5.5]
    for name, folders in (("a", [tmp_path / "j"]), ("b", [two, one]), ("c", [one, two])):
        with SeriesStore.open(tmp_path / name) as store:
            for folder in folders:
                store.ingest(folder, PROFILE)
            assert kept(store) == wanted
            found = store.parsed(f"{MN}/a21026", 60, DAY, NEXT, versions=True)
            assert found.avg.tolist() == [0.5, 1.5, 99.0, 2.5, 3.5, 4.5, 5.5]
            # Moved as they are, journals are known again.
            moved = tmp_path / f"moved-{name}"
            shutil.copytree(tmp_path / "j", moved)
            assert store.ingest(moved, PROFILE).records == 0


def test_every_data_telegram_of_the_corpus_is_taken_in(tmp_path: Path) -> None:
    """What the codec reads is in the store, number by number."""
    lines = map(json.loads, CORPUS.read_text(encoding="utf-8").splitlines())
    segments = [one["text"].encode() for one in lines if one["whole"] == "segment"]
    wanted: dict[tuple[str, str], int] = {}
    mns = set()
    frames = []
    for segment in segments:
        try:
            telegram = parse(segment)
        except TelegramError:
            continue
        if telegram.cn not in ("2011", "2051", "2061", "2031") or telegram.is_part:
            continue
        frames.append(frame(segment))
        mns.add(telegram.mn or "")
        for one in readings(telegram):
            if one.time is not None and (one.values or one.flag):
                key = (f"{telegram.mn}/{one.code}", f"{one.time}")
                wanted[key] = wanted.get(key, 0) + 1
    assert len(frames) > 30
    profile = Profile(Stations(Station(mn, PASSWORD) for mn in mns))
    with SeriesStore.open(tmp_path / "series") as store:
        done = store.ingest(journal(tmp_path / "j", *frames), profile)
        assert (done.refused, done.unknown.total()) == (0, 0)
        assert done.values == sum(wanted.values())
        store.flush()
        assert {one.key for one in store.listing()} == {key for key, _ in wanted}
        assert sum(one.count for one in store.listing()) == done.values


def test_a_demo_station_in_the_unit_of_its_quantity(tmp_path: Path) -> None:
    profile = tmp_path / "monitoring.toml"
    profile.write_text(
        f'[[station]]\nmn = "{MN}"\npassword = "{PASSWORD}"\nplant = "P"\noutlet = "U"\n'
        '[[station.channel]]\ncode = "a99901"\nquantity = "n2o"\nunit = "ppm"\n',
        encoding="utf-8",
    )
    read = read_profile(profile)
    folder = journal(tmp_path / "j", data("2051", "20240101000000", "a99901-Avg=500,a99901-Flag=N"))
    with SeriesStore.open(tmp_path / "series") as store:
        store.ingest(folder, read)
        (channel,) = read.channels.values()
        found = store.minutes(channel, DAY, DAY + np.timedelta64(1, "m"))
        assert found.value[0] == pytest.approx(982.4, abs=0.05)


def test_no_telegram_stops_the_others(tmp_path: Path) -> None:
    """Quotes, bytes that are no text, numbers without end, years of other ages: kept or told."""
    start = b"QN=20240101000000000;ST=31;CN=2051;PW=123456;MN=" + MN.encode() + b";Flag=5;CP=&&"
    areas = [
        b"DataTime=20240101000000;a'1-Avg=1,a'1-Flag=N';DROP-Avg=2",
        b"DataTime=20240101000000;a\xff\xfe-Avg=3,a\xff\xfe-Flag=\xff",
        b"DataTime=20240101000000;big-Avg=1e999,big-Max=NaN,big-Min=9",
        b"DataTime=00010101000000;old-Avg=4",
        b"DataTime=99991231235900;new-Avg=5",
        b"DataTime=20240101000000;-Avg=6;x-=7",
        b"DataTime=20240101000100;a21026-Avg=8",
    ]
    frames = [frame(start + area + b"&&") for area in areas]
    with SeriesStore.open(tmp_path / "series") as store:
        for _ in range(2):
            store.ingest(journal(tmp_path / "j", *frames), PROFILE)
            assert kept(store) == [8.0]
            assert kept(store, "a'1") == [1.0]
            assert kept(store, "a\\udcff\\udcfe") == [3.0]
            assert store.parsed(f"{MN}/big", 60, DAY, NEXT).min.tolist() == [9.0]
            assert np.isnan(kept(store, "big")).all()
            store.flush()
            store.compact()
        years = {str(one.first)[:4] for one in store.listing()}
        assert years == {"0001", "2024", "9999"}
        assert store.verify() == []
