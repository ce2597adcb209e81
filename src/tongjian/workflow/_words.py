"""A history in words, and the flow as a diagram (说明与状态图)."""

from __future__ import annotations

from tongjian.workflow._document import Flow
from tongjian.workflow._history import History


def explain(history: History, lang: str = "zh") -> list[str]:
    """What became of a subject, one sentence to each step, and where it stands now."""
    flow, zh = history.flow, lang == "zh"
    lines = []
    for step in history.steps:
        role = flow.roles[step.role].title[lang] if step.role in flow.roles else step.role or "-"
        day = step.entry.time[:16].replace("T", " ")
        what, to = step.transition.title[lang], flow.states[step.to].title[lang]
        why = step.reason
        if zh:
            reason = f"，理由：{why}" if why else ""
            lines.append(
                f"{day} {step.entry.by}（{role}）{what}，状态为“{to}”{reason}"
                f"（第{step.entry.number}条）"
            )
        else:
            reason = f"; reason: {why}" if why else ""
            lines.append(
                f"{day} {step.entry.by} ({role}): {what}, now '{to}'{reason} "
                f"(entry {step.entry.number})"
            )
    state = flow.states[history.state].title[lang]
    lines.append(f"现为“{state}”" if zh else f"It stands at '{state}'")
    return lines


def diagram(flow: Flow, lang: str = "zh") -> str:
    """The flow as a Mermaid state diagram (状态图); who acts stands behind each transition."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{one.title[lang]}" as {name}' for name, one in flow.states.items()]
    lines.append(f"    [*] --> {flow.initial}")
    for one in flow.transitions.values():
        roles = "/".join(flow.roles[role].title[lang] for role in one.roles)
        label = f"{one.title[lang]}（{roles}）" if lang == "zh" else f"{one.title[lang]} ({roles})"
        for source in one.sources:
            lines.append(f"    {source} --> {flow.target(one, source)}: {label}")
    lines += [f"    {name} --> [*]" for name, one in flow.states.items() if one.final]
    return "\n".join(lines)


__all__ = ["diagram", "explain"]
