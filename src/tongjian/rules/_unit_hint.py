"""Extra words for two mistakes in units: carbon taken for CO2, and gases added up as they are."""

from __future__ import annotations

from tongjian.units import Unit, dimension


def unit_hint(have: Unit, want: Unit) -> tuple[str, str]:
    """What to do about it, in Chinese and in English; empty for any other mistake."""
    names = {name for unit in (have, want) for name, _ in unit.dimension}
    gases = sorted(n.removeprefix("mass_") for n in names if n.startswith("mass_"))
    if gases == ["C", "CO2"]:
        return (
            "碳与二氧化碳须以 44/12 * tCO2/tC 换算；",
            "Write 44/12 * tCO2/tC from carbon to CO2. ",
        )
    emitted = [gas for gas in gases if gas not in ("C",)]
    if len(emitted) > 1 and any(dimension(f"mass_{gas}").pollutant for gas in emitted):
        return (
            f"{'、'.join(emitted)} 是不同物质，不得相加或相比；"
            "几种污染物可先各自除以污染当量值，化为污染当量数（peq）；",
            f"{', '.join(emitted)} are different substances and cannot be added or compared. Air "
            "pollutants can first be divided by the mass of one pollution equivalent each, to get"
            " peq. ",
        )
    if len(emitted) > 1:
        names_zh, other = "、".join(emitted), [g for g in emitted if g not in ("CO2", "CO2e")]
        multiplied = [*other, *(["CO2"] if "CO2" in emitted else [])]
        gwp = " / ".join(f"gwp.{gas}" for gas in multiplied)
        return (
            f"{names_zh} 是不同物质，未乘全球变暖潜势（GWP）不得相加或相比，"
            f"请先乘以 {gwp} 化为 tCO2e；",
            f"{', '.join(emitted)} are different substances and cannot be added or compared without"
            f" a GWP: multiply by {gwp} first, to get tCO2e. ",
        )
    return "", ""
