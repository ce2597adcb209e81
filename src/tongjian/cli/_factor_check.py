"""``tongjian verification factors``: printed statements held against their own figures."""

from __future__ import annotations

from pathlib import Path

from tongjian.cli._output import Output
from tongjian.cli._workspace import open_rulebook
from tongjian.rules import Words
from tongjian.verification import check_factors, read_printed

_VERDICTS = {
    "follows": Words("一致", "follows"),
    "follows_by_rounding": Words("修约可解释", "by rounding"),
    "does_not_follow": Words("不符", "does not follow"),
}


def run_factors(out: Output, file: Path, rulebook: Path | None) -> None:
    """Print what the check says of each row; findings end it with exit code 1."""
    found = check_factors(read_printed(file), open_rulebook(rulebook))
    out.data([one.as_dict() for one in found])
    zh, lang = out.lang == "zh", out.lang
    rows = []
    for one in found:
        due = one.due_total
        rows.append(
            [
                one.row.name,
                f"{one.row.activity.text} × {one.row.factor.text}"
                + (f" + {one.row.other.text}" if one.row.other.value else ""),
                float(one.computed),
                float(one.row.printed.value),
                _VERDICTS[one.verdict][lang],
                None if due is None else float(due),
                float(one.effect),
            ]
        )
    headers = (
        ["行", "算式", "应得", "印为", "结论", "按声明的来源", "多计"]
        if zh
        else ["row", "from", "gives", "printed", "verdict", "by its source", "too much"]
    )
    out.table("因子一致性" if zh else "Factors and totals", headers, rows)
    told = [problem for one in found for problem in one.findings]
    out.problems(told)
    wrong = sum(any(problem.severity == "error" for problem in one.findings) for one in found)
    out.say(f"{len(found)} 行中 {wrong} 行有发现。", f"{wrong} of {len(found)} rows have findings.")
    if wrong:
        raise SystemExit(1)
