"""``tongjian targets``: every policy target held against the records of a region."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tongjian.cli._output import Output, console
from tongjian.cli._target_explained import explain_target
from tongjian.cli._target_words import (
    STATUS_WORDS,
    distance_text,
    goal_text,
    region_of,
    unit_text,
    value_text,
)
from tongjian.cli._workspace import open_rulebook, open_store
from tongjian.problems import Problem, TongjianError
from tongjian.records import Catalogue
from tongjian.targets import (
    STATUSES,
    Entries,
    Evaluation,
    Options,
    evaluate_all,
    gather,
    read_entries,
)

if TYPE_CHECKING:
    from tongjian.rules import Rulebook, Target

# Of the columns the title gives way first, down to its least; where it has less than its room, the
# distance is told by --explain only.
_TITLE, _DISTANCE = 1, 5
_TITLE_ROOM, _TITLE_LEAST = 26, 16


def run_targets(
    out: Output,
    workspace: Path,
    region: str,
    city: str,
    year: int | None,
    sector: str,
    tolerance: float,
    references: Path | None,
    explained: Sequence[str],
    documents: Sequence[Path],
    rulebook: Path | None,
) -> None:
    """Print all targets by document: status, value, target, distance, coverage, what is missing."""
    if not 0 <= tolerance <= 100:
        values = {"option": "--tolerance", "value": tolerance, "expected": "0–100"}
        raise TongjianError(Problem("cli.option", values=values))
    store, book = open_store(workspace), open_rulebook(rulebook, documents)
    wanted = _chosen(book, sector, explained)
    entries = Entries() if references is None else read_entries(references, book.targets)
    place = region_of(region, city, Catalogue.load(), store.read_facilities())
    with out.progress("计算", "computing") as progress:
        figures = gather(book, store, wanted, progress=progress)
    last = year if year is not None else max(y for one in figures.runs for y in _years(one))
    options = Options(entries, tolerance / 100)
    found = evaluate_all(wanted, figures, place, last, options)
    out.data(
        {
            "region": place.name,
            "year": last,
            "tolerance": tolerance / 100,
            "rulebook": book.digest,
            "records": [one.manifest["result"] for one in figures.runs],
            "problems_in_records": len(figures.problems),
            "targets": [one.as_dict() for one in found],
        }
    )
    if out.as_json:
        return
    if explained:
        for one in found:
            explain_target(out, one, book)
        return
    for group in by_policy(found):
        _table(out, group)
    _summary(out, found, len(figures.problems), tolerance)


def _years(run: object) -> Iterator[int]:
    for result in getattr(run, "results", ()):
        yield from result.years


def _chosen(book: Rulebook, sector: str, names: Sequence[str]) -> list[Target]:
    unknown = [name for name in names if name not in book.targets]
    if unknown:
        raise TongjianError(
            Problem("targets.unknown_target", values={"name": name}) for name in unknown
        )
    listed = [book.targets[name] for name in names] or list(book.targets.values())
    return [one for one in listed if not sector or not one.sectors or sector in one.sectors]


def by_policy(found: Iterable[Evaluation]) -> list[list[Evaluation]]:
    """The evaluations of each policy document, in the order of the documents."""
    groups: dict[str, list[Evaluation]] = {}
    for one in found:
        groups.setdefault(one.target.policy.id, []).append(one)
    return list(groups.values())


def _table(out: Output, group: Sequence[Evaluation]) -> None:
    """The targets of a document; what a target is called takes the room that is left."""
    from rich import box
    from rich.cells import cell_len
    from rich.table import Table

    zh, policy, screen = out.lang == "zh", group[0].target.policy, console()
    heads = ("编号", "指标（单位）", "数值", "目标", "年", "差距", "状态", "覆盖")
    if not zh:
        heads = ("id", "target (unit)", "value", "goal", "by", "distance", "status", "plants")
    body = [
        [
            one.target.id,
            _named(one, out.lang),
            value_text(one),
            goal_text(one, out.lang),
            str(one.target.year or ""),
            distance_text(one, out.lang),
            STATUS_WORDS[one.status][0 if zh else 1] + ("*" if one.by_tolerance else ""),
            _coverage(one),
        ]
        for one in group
    ]
    widths = [max(map(cell_len, column)) for column in zip(heads, *body, strict=True)]
    shown = list(range(len(heads)))
    # Two blanks beside each cell and one between cells.
    room = screen.width - sum(widths) + widths[_TITLE] - 3 * len(widths) - 1
    if room < _TITLE_ROOM:
        shown.remove(_DISTANCE)
        room += widths[_DISTANCE] + 3
    widths[_TITLE] = max(_TITLE_LEAST, min(widths[_TITLE], room))
    document = policy.basis.document
    title = document if zh else f"{policy.title.en}  {document}"
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for index in shown:
        table.add_column(heads[index], width=widths[index], overflow="fold")
    for row in body:
        table.add_row(*[row[index] for index in shown])
    screen.print(table)
    if policy.forwarded is not None:
        out.say(policy.forwarded.zh, policy.forwarded.en)
    _missing(out, group)


def _named(one: Evaluation, lang: str) -> str:
    """What a target is called, with the unit of its value."""
    unit = unit_text(one, lang)
    if not unit:
        return one.target.title[lang]
    return one.target.title[lang] + (f"（{unit}）" if lang == "zh" else f" ({unit})")


def _coverage(one: Evaluation) -> str:
    if one.coverage is None:
        return "–"
    mark = "!" if one.coverage.incomplete else ""
    return f"{one.coverage.with_data}/{one.coverage.scope}{mark}"


def _missing(out: Output, group: Sequence[Evaluation]) -> None:
    """Why there is no verdict, reason by reason."""
    reasons: dict[str, list[str]] = {}
    for one in group:
        for problem in one.missing:
            reasons.setdefault(problem.message(out.lang), []).append(one.target.id)
    for text, names in reasons.items():
        out.say(f"  缺：{text} ← {'、'.join(names)}", f"  missing: {text} ← {', '.join(names)}")


def _summary(out: Output, found: Sequence[Evaluation], faults: int, tolerance: float) -> None:
    counts = {status: sum(one.status == status for one in found) for status in STATUSES}
    zh = "，".join(f"{STATUS_WORDS[s][0]} {n}" for s, n in counts.items() if n)
    en = ", ".join(f"{STATUS_WORDS[s][1]} {n}" for s, n in counts.items() if n)
    out.say(f"\n共 {len(found)} 项目标：{zh}", f"\n{len(found)} targets: {en}")
    out.say(
        f"数值为评估年的（另注年份者除外）。* 靠容差达到（力争、左右类，容差 {tolerance:g}%）。"
        "† 用户录入。\n"
        "覆盖＝有数据/范围内企业数，! 表示有未计入的行。细看一项用 --explain 编号。",
        "Values are of the year evaluated unless a year is given. * reached within the tolerance "
        f"of effort targets ({tolerance:g} %). † entered by the user.\n"
        "plants = with data / in scope, ! where rows were left out. In full: --explain ID.",
    )
    if faults:
        out.say(
            f"数据问题 {faults} 处，所涉行未计入；用 tongjian run 查看。",
            f"{faults} problems in the records, whose rows are left out: see tongjian run.",
        )


__all__ = ["by_policy", "run_targets"]
