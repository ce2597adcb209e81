"""``tongjian monitoring``: telegrams are read for people and programs; a gateway is served."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.monitoring.station import KEY, MN, Client, minute
from tests.ports import free_port
from tongjian.cli import app
from tongjian.monitoring.gateway import Journal
from tongjian.monitoring.hj212 import frame

HOUR = frame(
    b"QN=20240120130000000;ST=31;CN=2061;PW=123456;MN=010000A8900016F000169DC0;Flag=5;"
    b"CP=&&DataTime=20240120120000;a21026-Avg=1.10,a21026-Cou=0.02,a21026-Flag=N;"
    b"a00000-Avg=5.331,a00000-Flag=B;&&"
)


def decoded(path: Path, *options: str) -> str:
    result = CliRunner().invoke(app, ["monitoring", "decode", str(path), *options])
    assert result.exit_code == 0, result.output
    return result.output


def test_telegrams_are_read_in_both_languages(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(HOUR + b"7e01" + HOUR.replace(b"1.10", b"9.10"))
    zh, en = decoded(path), decoded(path, "--lang", "en")

    for word in ("小时数据", "二氧化硫", "1.10", "N 正常", "B 通讯异常", "1 条报文，拒收 2 处"):
        assert word in zh
    for word in ("hourly data", "sulphur dioxide", "N normal", "1 telegrams, 2 things refused"):
        assert word in en
    assert "123456" not in zh + en


def test_and_as_json(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(frame(HOUR[6:-6], key=KEY))
    (one,) = json.loads(decoded(path, "--json", "--key", KEY.hex()))

    assert (one["mn"], one["cn"], one["edition"]) == (MN, "2061", "2017")
    assert one["readings"][0]["values"] == {"Avg": "1.10", "Cou": "0.02"}
    assert [each["code"] for each in one["deviations"]] == ["item_trailing"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["no-such-file"], "读不了"), ([__file__, "--key", "30"], "32 位十六进制数")],
)
def test_what_cannot_be_read_says_why(arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(app, ["monitoring", "decode", *arguments])

    assert result.exit_code == 1
    assert words in result.output
    assert "Traceback" not in result.output


@pytest.mark.slow
def test_a_gateway_is_served_and_stopped(tmp_path: Path) -> None:
    stations = tmp_path / "stations.toml"
    stations.write_text(f'[[station]]\nmn = "{MN}"\npassword = "123456"\n', encoding="utf-8")
    options = ["--stations", str(stations), "--journal", str(tmp_path / "journal"), "--port", "0"]
    metrics = free_port()
    command = [sys.executable, "-m", "tongjian", "monitoring", "serve", *options]
    with subprocess.Popen(
        [*command, "--metrics-port", str(metrics)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as gateway:
        assert gateway.stdout is not None
        told = gateway.stdout.readline()
        assert "网关已就绪" in told
        asyncio.run(_play(int(told.partition("127.0.0.1:")[2].partition("，")[0])))
        with urllib.request.urlopen(f"http://127.0.0.1:{metrics}/metrics") as answer:
            assert b"tongjian_gateway_telegrams_total 1\n" in answer.read()
        gateway.send_signal(signal.SIGTERM)
        assert "已落盘" in gateway.stdout.read()
        assert gateway.wait(10) == 0
    assert len(list(Journal(tmp_path / "journal").read())) == 1


async def _play(port: int) -> None:
    async with Client(port) as station:
        station.send(minute(1))
        assert (await station.answer()).cn == "9014"
