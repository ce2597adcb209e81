"""``tongjian footprint``: the carbon footprint of products, with its parts and its gaps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tongjian.cli._output import Output
from tongjian.cli._runs import print_problems
from tongjian.cli._workspace import do_run, open_rulebook, open_store
from tongjian.engine import Run, Snapshot
from tongjian.footprint import (
    CBAM_GWP,
    About,
    Footprint,
    cbam_communication,
    cbam_workbook,
    footprint_ruleset,
    footprints,
    pact_document,
)
from tongjian.problems import Problem, TongjianError
from tongjian.records import Catalogue
from tongjian.reports import Words, write_whole


def run_footprint(
    out: Output,
    workspace: Path,
    facility: str,
    year: int,
    products: Sequence[str],
    allocation: str,
    ruleset: str | None,
    about: Path | None,
    pact: Path | None,
    cbam: Path | None,
    binds: Sequence[str],
    rulebook: Path | None,
) -> None:
    """Print the footprints and write the exports that are asked for."""
    if (pact or cbam) and about is None:
        raise TongjianError(Problem("footprint.about_needed"))
    described = About.read(about) if about is not None else None
    name = ruleset or _ruleset_of(workspace, facility, year, rulebook)
    wanted = [_stream(one) for one in products]

    def compute(more: Sequence[str]) -> tuple[Run, list[Footprint]]:
        run = do_run(out, workspace, rulebook, [name], [year], [*binds, *more])
        return run, footprints(run, facility, year, wanted, allocation, name)

    run, found = compute([])
    files: list[Path] = []
    if described is not None and pact is not None:
        document = pact_document(found, described, str(run.manifest["result"]))
        files.append(_write_json(pact, document))
    if described is not None and cbam is not None:
        # Customs ask for warming potentials of their own: computed again with those.
        other, again = compute([f"gwp={CBAM_GWP}"])
        document = cbam_communication(again, described, str(other.manifest["result"]))
        files.append(_write_json(cbam.with_suffix(".json"), document))
        book = cbam.with_suffix(".xlsx")
        _write(book, cbam_workbook(document))
        files.append(book)
    out.data(
        {
            "footprints": [one.as_dict() for one in found],
            "files": [str(path) for path in files],
            "problems": [one.as_dict() for one in _problems_of(run, facility)],
        }
    )
    _print(out, found)
    own = _problems_of(run, facility)
    if own:
        run.problems = own
        print_problems(out, run)
    for path in files:
        out.say(f"已写入 {path}", f"Written: {path}")


def _ruleset_of(workspace: Path, facility: str, year: int, rulebook: Path | None) -> str:
    """The rule set for products of the facility's sector."""
    with Snapshot.of(open_store(workspace)).connect() as connection:
        query = "SELECT facility, sector FROM facilities"
        sectors: dict[str, str] = dict(connection.execute(query).fetchall())
    if facility not in sectors:
        known = ", ".join(list(sectors)[:10])
        raise TongjianError(
            Problem("engine.unknown_cell", values={"what": facility, "known": known})
        )
    return footprint_ruleset(open_rulebook(rulebook), sectors[facility], year).id


def _stream(text: str) -> str:
    """A product by its code or by a name that the catalogue knows."""
    known = Catalogue.load().resolve_stream(text)
    return text if known is None else known.id


def _problems_of(run: Run, facility: str) -> list[Problem]:
    """The problems that are about this facility's rows."""
    return [
        one
        for one in run.problems
        if str(one.values.get("row", facility)).split(" ")[0] == facility
        and one.code != "engine.unused_rows"
    ]


def _print(out: Output, found: Sequence[Footprint]) -> None:
    words, zh = Words.of(out.lang), out.lang == "zh"
    first = found[0]
    names = [words.key("stream", one.product) for one in found]
    rows: list[list[object]] = [
        [part.title[out.lang], *(one.parts[index].per_t for one in found)]
        for index, part in enumerate(first.parts)
    ]
    rows.append(["碳足迹" if zh else "footprint", *(one.per_t for one in found)])
    rows.append(
        ["生物源CO2（单独列示）" if zh else "biogenic CO2 (apart)",
         *(one.biogenic_per_t for one in found)]
    )  # fmt: skip
    title = f"{first.facility} {first.year}  {first.ruleset}  {first.allocation_title[out.lang]}"
    out.table(f"{title}  kgCO2e/t", ["构成" if zh else "part", *names], rows)
    facts: list[list[object]] = [
        ["净产出量 t" if zh else "net output, t", *(one.net for one in found)],
        ["分配比例 %" if zh else "share, %", *(100 * one.share for one in found)],
        ["排放量 tCO2e" if zh else "emissions, tCO2e", *(one.total for one in found)],
        ["实测数据占比 %" if zh else "from measured contents, %",
         *(None if one.primary_share is None else 100 * one.primary_share for one in found)],
        ["单位直接内含排放 kgCO2e/t" if zh else "direct embedded, kgCO2e/t",
         *(1000 * one.direct for one in found)],
        ["单位间接内含排放 kgCO2e/t" if zh else "indirect embedded, kgCO2e/t",
         *(1000 * one.indirect for one in found)],
    ]  # fmt: skip
    out.table("", ["数据" if zh else "figures", *names], facts)
    covered = first.bought - len({gap.stream for gap in first.gaps})
    out.say(
        f"上游排放覆盖 {covered}/{first.bought} 种外购投入。",
        f"Upstream emissions cover {covered} of {first.bought} purchased inputs.",
    )
    if first.gaps:
        gaps = [[words.key("stream", gap.stream), gap.amount, gap.unit] for gap in first.gaps]
        out.table(
            "没有上游因子的外购投入（未计入）"
            if zh
            else "Inputs without an upstream factor (not counted)",
            ["物料" if zh else "stream", "数量" if zh else "amount", "单位" if zh else "unit"],
            gaps,
        )  # fmt: skip
    counted = "、" if zh else ", "
    statuses = counted.join(
        f"{words.term('status', status)} {count}" for status, count in first.statuses.items()
    )
    out.say(f"所用取值的状态：{statuses}。", f"Status of the values used: {statuses}.")
    if first.missing:
        out.say(
            f"有 {first.missing} 行数据未计入。", f"{first.missing} rows of data were left out."
        )
    column = f"by_{first.allocation}.total"
    out.say(
        f"逐数溯源：tongjian explain facility={first.facility} year={first.year} "
        f"stream={first.product} column={column} -r {first.ruleset}",
        f"To explain: tongjian explain facility={first.facility} year={first.year} "
        f"stream={first.product} column={column} -r {first.ruleset}",
    )


def _write_json(path: Path, document: Any) -> Path:
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    _write(path, text.encode())
    return path


def _write(path: Path, content: bytes) -> None:
    write_whole(path, content)
