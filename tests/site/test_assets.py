"""Static files of the site: from installed packages, the same every time, nothing half-made."""

from __future__ import annotations

import itertools
import json
import re
import struct
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from tongjian.charts import PALETTES
from tongjian.problems import TongjianError
from tongjian.site.assets import Assets, build
from tongjian.site.assets import _sources as sources

NEEDED = [package.module for package in sources.PACKAGES]
MISSING = [name for name in NEEDED if find_spec(name) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"extra site is not installed: {MISSING}")


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("assets")


@pytest.fixture(scope="module")
def assets(home) -> Assets:
    return build(home)


def test_what_pages_need_is_there_under_a_name_with_its_digest(assets):
    for name in ("charts.js", "htmx.js", "swagger-ui-bundle.js", "swagger-ui.css", "fonts.css",
                 "tokens.css", "charts.css"):  # fmt: skip
        stem, _, ending = name.rpartition(".")
        assert re.fullmatch(rf"{stem}\.[0-9a-f]{{12}}\.{ending}", assets.name(name))
        assert assets.path(name).stat().st_size > 500
        assert assets.path(name).with_name(assets.name(name) + ".br").is_file()
        assert assets.digest(name).startswith("sha256-")
    licences = {one.get("licence") for one in assets.files.values()} - {None}
    assert "OFL-1.1" in licences


def test_the_script_draws_with_the_interpreter_and_the_colours_of_documents(assets):
    script = assets.path("charts.js").read_text(encoding="utf-8")

    assert PALETTES["dark"]["series-0"] in script
    assert "figure[data-chart]" in script
    tokens = assets.path("tokens.css").read_text(encoding="utf-8")
    for theme in PALETTES.values():
        assert all(f"--tj-{name}:{colour};" in tokens for name, colour in theme.items())


def test_no_file_asks_for_another_network(assets):
    for name in ("fonts.css", "charts.css", "tokens.css"):
        text = assets.path(name).read_text(encoding="utf-8")
        assert "//" not in text and "@import" not in text
    swagger = assets.path("swagger-ui.css").read_text(encoding="utf-8")
    assert not re.search(r"url\(\s*['\"]?(?:https?:)?//", swagger)


def unpacked(content: bytes) -> bytes:
    """A font out of the container, read as the recommendation says."""
    import brotli

    header = struct.unpack_from(">4sLLHHLL", content)
    assert header[0] == b"wOF2" and header[2] == len(content)
    known = ["cmap", "head", "hhea", "hmtx", "maxp", "name", "OS/2", "post", "cvt ", "fpgm",
             "glyf", "loca", "prep", "CFF "]  # fmt: skip
    at, tables = 48, []
    for _ in range(header[3]):
        number = content[at] & 0x3F
        at += 1
        tag = known[number] if number < 63 else content[at : at + 4].decode()
        at += 0 if number < 63 else 4
        length = 0
        while True:
            length = length << 7 | content[at] & 0x7F
            at += 1
            if not content[at - 1] & 0x80:
                break
        tables.append((tag, length))
    body = brotli.decompress(content[at : at + header[6]])
    assert sum(length for _, length in tables) == len(body)
    offset, start = 12 + 16 * len(tables), 0
    entries, data = b"", b""
    for tag, length in tables:
        entries += struct.pack(">4sLLL", tag.encode(), 0, offset + len(data), length)
        data += body[start : start + length] + b"\0" * (-length % 4)
        start += length
    return struct.pack(">LHHHH", header[1], len(tables), 0, 0, 0) + entries + data


def test_the_slices_hold_every_character_of_the_font(assets):
    import uharfbuzz as hb

    path = Path(str(find_spec("pylopdf_fonts_zh_cn").origin)).parent / "NotoSansSC-Regular.otf"  # type: ignore[union-attr]
    whole = set(hb.Face(hb.Blob.from_file_path(str(path))).unicodes)
    names = [name for name in assets.files if name.endswith(".woff2")]
    found: list[int] = []
    for name in names:
        found += hb.Face(hb.Blob(unpacked(assets.path(name).read_bytes()))).unicodes

    assert set(found) == whole
    # A few characters share a glyph with another one and come along with it.
    assert len(found) - len(whole) < 20
    assert len(names) > 20
    assert all(assets.files[name]["size"] < 220_000 for name in names)


def stated(sheet: str) -> list[tuple[str, set[int]]]:
    rules = re.findall(r"url\(([^)]*)\)[^}]*unicode-range:([^}]*)}", sheet)
    found = []
    for file, ranges in rules:
        ends = [one.removeprefix("U+").split("-") for one in ranges.split(",")]
        characters = {c for one in ends for c in range(int(one[0], 16), int(one[-1], 16) + 1)}
        found.append((file, characters))
    return found


def test_a_character_is_looked_for_in_the_slice_that_has_it(assets):
    import uharfbuzz as hb

    # Of two rules that state a character the later one is taken.
    chosen: dict[int, str] = {}
    for file, characters in stated(assets.path("fonts.css").read_text(encoding="utf-8")):
        chosen |= dict.fromkeys(characters, file)
    holding: dict[int, set[str]] = {}
    for name, one in assets.files.items():
        if name.endswith(".woff2"):
            content = unpacked(assets.path(name).read_bytes())
            for character in hb.Face(hb.Blob(content)).unicodes:
                holding.setdefault(character, set()).add(one["file"])
    assert [chr(one) for one, files in holding.items() if chosen[one] not in files] == []
    # What the font lacks (the lowered two of CO₂) fetches no slice for nothing.
    assert 0x2082 not in chosen


def test_the_words_of_the_project_are_in_the_first_slices(assets):
    files = dict(stated(assets.path("fonts.css").read_text(encoding="utf-8")))
    first = [files[assets.name(f"zh-{n:02}.woff2")] for n in range(3)]

    assert all(
        any(ord(c) in one for one in first) for c in "企业碳排放核算报告能源数据质量控制计划"
    )
    assert all(ord(c) in first[0] for c in "ABCxyz0189,.%（）")


def test_an_earlier_build_is_found_at_once_and_a_broken_one_is_made_again(assets, home):
    begin = time.perf_counter()
    assert build(home) == assets
    assert time.perf_counter() - begin < 0.5

    assets.path("tokens.css").write_bytes(b"")
    again = build(home)
    assert again == assets
    assert again.path("tokens.css").stat().st_size > 500
    assert [one.name for one in home.iterdir()] == [assets.folder.name]


@pytest.mark.slow
def test_another_build_has_the_same_bytes(assets, tmp_path):
    other = build(tmp_path)

    assert other.files == assets.files
    for one in assets.folder.iterdir():
        assert (other.folder / one.name).read_bytes() == one.read_bytes(), one.name


def test_finding_the_files_needs_neither_the_renderer_nor_django(home, assets):
    code = (
        "import sys; from pathlib import Path; from tongjian.site.assets import build;"
        f"build(Path({str(home)!r}));"
        "print([one for one in ('vl_convert', 'uharfbuzz', 'django') if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_several_builds_at_once_leave_one(tmp_path, monkeypatch):
    """The slow parts are replaced by a small file; what is tested is who wins."""
    from tongjian.site.assets import _build

    rivals = itertools.count()

    def write(draft: Path) -> None:
        (draft / "a").write_bytes(b"x")
        listed = {"files": {"a": {"file": "a", "size": 1, "integrity": "-"}}}
        (draft / "manifest.json").write_text(json.dumps(listed), encoding="utf-8")
        if next(rivals) == 0:
            build(tmp_path)  # another process is done before this one

    monkeypatch.setattr(_build, "_write", write)
    made = build(tmp_path)

    assert made.path("a").read_bytes() == b"x"
    assert [one.name for one in tmp_path.iterdir()] == [made.folder.name]


def test_every_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(
        sources, "PACKAGES",
        (sources.Package("no-such-a", "a", ""), sources.VL_CONVERT,
         sources.Package("no-such-b", "b", "")),
    )  # fmt: skip
    with pytest.raises(TongjianError) as caught:
        sources.versions()
    assert [one.values["package"] for one in caught.value.problems] == ["no-such-a", "no-such-b"]
