"""The cells of the grid (填报单元格): thousands on a page, put together without a template."""

from __future__ import annotations

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString

from tongjian.records import TIERS
from tongjian.site.entry.grid import Line
from tongjian.site.ui.templatetags.ui import number
from tongjian.site.ui.texts import lang, text

register = template.Library()


@register.simple_tag
def grid_cells(line: Line, editable: bool) -> SafeString:
    """The cells of a line, each with what is recorded or typed."""
    always = ' autocomplete="off" maxlength="120"'
    if not line.item.coded:
        always += ' inputmode="decimal"'
    if not editable:
        always += " readonly"
    hint = f' placeholder="{escape(number(line.default.value, 6))}"' if line.default else ""
    described = f'aria-describedby="e{line.number}"'
    made = []
    for cell in line.cells:
        shown, period, state = escape(cell.shown), escape(cell.period), cell.state
        told = hint if state == "empty" else ' aria-invalid="true"' if state == "error" else ""
        made.append(
            f'<td class="cell is-{state}"><input class="v" value="{shown}" data-period="{period}" '
            f'data-version="{cell.version}" data-was="{shown}" '
            f'aria-labelledby="l{line.number} p{period}" {described}{always}{told}></td>'
        )
    return SafeString("".join(made))  # nosec B703: each value was escaped


@register.simple_tag
def tier_options(chosen: str) -> SafeString:
    """The tiers to choose from, or none."""
    made = [f'<option value="">{escape(text("entry.choose"))}</option>']
    made += [
        f'<option value="{one.code}"{" selected" if one.code == chosen else ""}>'
        f"{escape(one.zh if lang() == 'zh' else one.en)}</option>"
        for one in TIERS
    ]
    return SafeString("".join(made))  # nosec B703: each value was escaped


@register.simple_tag
def unit_lists(lines: list[Line]) -> SafeString:
    """The units that lines suggest, each list once."""
    made = [
        f'<datalist id="u{line.number}">'
        + "".join(f'<option value="{escape(one)}"></option>' for one in line.units)
        + "</datalist>"
        for line in lines
        if line.unit_list == line.number
    ]
    return SafeString("\n".join(made))  # nosec B703: each value was escaped
