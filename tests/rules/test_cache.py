"""The compiled copy of a rulebook: equal to a fresh one, never stale, never fatal."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from tests.support import (
    formulas,
    inputs,
    leaf_and_facility,
    method,
    ruleset,
    table,
    values,
    write_rulebook,
)
from tongjian.problems import RuleError
from tongjian.rules import Rulebook, _cache, folder_digest, load_rulebook, rulebook_folder


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("TONGJIAN_CACHE", str(folder))
    _cache._cached.cache_clear()
    return folder / "tongjian"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sheets = leaf_and_facility(
        inputs(mass="t", share={"unit": "1", "default": "share.value"}),
        formulas(part="t: coalesce(mass, 0) * share"),
        formulas(total="t: sum(s.part)"),
    )
    return write_rulebook(
        tmp_path / "book",
        method(sheets=sheets, uses={"share": "shares"}),
        ruleset(),
        table("shares", ["stream"]),
        files={"shares.csv": values(["stream"], ["coke", "value", "44/56", "1"])},
    )


def again(folder: Path) -> Rulebook:
    """As another process would load it."""
    _cache._cached.cache_clear()
    return load_rulebook(folder)


def built(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Folders that were read and compiled anew from now on."""
    seen: list[Path] = []
    real = _cache.build_rulebook

    def build(folder: Path, digest: str) -> Rulebook:
        seen.append(folder)
        return real(folder, digest)

    monkeypatch.setattr(_cache, "build_rulebook", build)
    return seen


def test_the_copy_equals_the_fresh_one(
    cache: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = load_rulebook(folder, cache=False)
    assert not cache.exists()
    first = load_rulebook(folder)
    assert len(list(cache.iterdir())) == 1
    builds = built(monkeypatch)
    second = again(folder)
    assert builds == []
    assert second is not first
    assert second == first == fresh


def test_the_rulebook_of_the_package_survives_the_copy(rulebook: Rulebook) -> None:
    assert pickle.loads(pickle.dumps(rulebook, protocol=5)) == rulebook
    assert rulebook.digest == folder_digest(rulebook_folder())


def test_a_second_load_in_a_process_gives_the_same_object(cache: Path, folder: Path) -> None:
    assert load_rulebook(folder) is load_rulebook(str(folder))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("shares.csv", "44/56", "44/55"),
        ("d1.yaml", "enterprise", "ets"),
        ("d0.yaml", '"test"', '"Test"'),
    ],
)
def test_a_changed_byte_is_seen(cache: Path, folder: Path, name: str, old: str, new: str) -> None:
    first = load_rulebook(folder)
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    second = load_rulebook(folder)
    assert second.digest != first.digest
    assert second != first
    path.write_text(text, encoding="utf-8")
    assert load_rulebook(folder).digest == first.digest


def test_names_of_files_count_and_line_ends_do_not(folder: Path) -> None:
    before = folder_digest(folder)
    csv = folder / "shares.csv"
    csv.write_bytes(csv.read_bytes().replace(b"\n", b"\r\n"))
    assert folder_digest(folder) == before
    (folder / "notes.txt").write_text("not a rule", encoding="utf-8")
    assert folder_digest(folder) == before
    (folder / "d1.yaml").rename(folder / "renamed.yaml")
    assert folder_digest(folder) != before
    (folder / "renamed.yaml").rename(folder / "d1.yaml")
    (folder / "empty.csv").touch()
    assert folder_digest(folder) != before


class NotAPickle:
    """Raises whatever it is given when it is read."""

    def __init__(self, error: type[BaseException]) -> None:
        self.error = error

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return _raise, (self.error,)


def _raise(error: type[BaseException]) -> None:
    raise error


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a pickle",
        pickle.dumps("another object"),
        pickle.dumps(Rulebook("x", "another digest")),
        pickle.dumps(NotAPickle(AttributeError)),
        pickle.dumps(NotAPickle(RecursionError)),
        "half",
    ],
)
def test_a_spoilt_copy_is_made_anew(
    cache: Path, folder: Path, content: bytes | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load_rulebook(folder)
    (copy,) = cache.iterdir()
    good = copy.read_bytes()
    copy.write_bytes(good[: len(good) // 2] if isinstance(content, str) else content)
    builds = built(monkeypatch)
    assert again(folder) == first
    assert len(builds) == 1
    assert pickle.loads(copy.read_bytes()) == first
    assert again(folder) == first
    assert len(builds) == 1
    assert len(list(cache.iterdir())) == 1


def test_a_folder_in_the_place_of_the_copy_does_no_harm(cache: Path, folder: Path) -> None:
    first = load_rulebook(folder)
    (copy,) = cache.iterdir()
    copy.unlink()
    copy.mkdir()
    assert again(folder) == first
    assert list(cache.iterdir()) == [copy], "nothing is left lying about"


def test_a_cache_that_cannot_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGJIAN_CACHE", str(folder / "d0.yaml"))
    _cache._cached.cache_clear()
    assert load_rulebook(folder).rulesets


def test_a_moved_rulebook_knows_its_new_place(cache: Path, folder: Path, tmp_path: Path) -> None:
    load_rulebook(folder)
    moved = folder.rename(tmp_path / "moved")
    book = load_rulebook(moved)
    assert book.folder == str(moved)


def test_a_faulty_rulebook_leaves_no_copy(cache: Path, folder: Path) -> None:
    (folder / "d1.yaml").write_text("ruleset: x\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(RuleError):
            load_rulebook(folder)
    assert not cache.exists()


def test_another_compiler_reads_no_old_copy(
    cache: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_rulebook(folder)
    monkeypatch.setattr(_cache, "_compiler_digest", lambda: "0" * 64)
    builds = built(monkeypatch)
    again(folder)
    assert len(builds) == 1
    assert len(list(cache.iterdir())) == 2
