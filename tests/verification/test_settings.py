"""Settings are data, and a file that lacks something says all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verification.house import refused
from tongjian.rules import Rulebook
from tongjian.verification import Materiality, default_settings, read_settings

OWN = Path("src/tongjian/verification/settings.toml")


def told(file: Path) -> set[tuple[str, str]]:
    return {
        (one.code.removeprefix("verification."), str(one.values.get("field", "")))
        for one in refused(lambda: read_settings(file))
    }


def test_the_settings_of_the_package() -> None:
    settings = default_settings()

    assert set(settings.findings) == {"nonconformity", "clarification", "observation"}
    assert {name for name, one in settings.opinions.items() if one.favourable} == {
        "unmodified",
        "qualified",
    }
    assert set(settings.sizes) == set(settings.assurance) == {"reasonable", "limited"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("always = 6", "often = 6", ("settings_lack", "sampling.always")),
        ("limited = { least = 2, root = 0.6 }\n", "", ("settings_lack", "sampling.size.limited")),
        ('zh = "澄清"\n', "", ("settings_lack", "findings.clarification.zh")),
        ('"sample_checked", ', '"luck", ', ("settings_unknown", "opinions.unmodified.needs")),
        ('aggregate = "net"', 'aggregate = "some"', ("settings_unknown", "materiality.aggregate")),
        ("decimal_share = 1e-9", "", ("settings_lack", "recompute.decimal_share")),
        ('scheme = "cn"', "", ("settings_lack", "materiality.scheme")),
        ("[rights]", "[[rights", ("settings_file", "")),
    ],
)
def test_what_is_missing_is_told(
    tmp_path: Path, old: str, new: str, expected: tuple[str, str]
) -> None:
    text = OWN.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "settings.toml"
    file.write_text(text.replace(old, new), encoding="utf-8")

    assert expected in told(file)


def test_all_that_is_missing_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("", encoding="utf-8")

    assert len(told(file)) > 10


def test_a_scheme_without_a_level(tmp_path: Path, rulebook: Rulebook) -> None:
    text = OWN.read_text(encoding="utf-8").replace('scheme = "cn"', 'scheme = "nowhere"')
    file = tmp_path / "settings.toml"
    file.write_text(text, encoding="utf-8")

    (problem,) = refused(lambda: Materiality.of(rulebook, read_settings(file)))
    assert problem.code == "verification.no_materiality"
