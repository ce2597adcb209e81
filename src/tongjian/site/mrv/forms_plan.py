"""Forms of the control plan: a meter, a calibration, a month."""

from __future__ import annotations

from typing import Any

from django import forms

from tongjian.control_plan._words import words
from tongjian.site.ui.texts import lang, text_lazy

_DAY = forms.DateInput(attrs={"type": "date"})


def _choices(group: str) -> list[tuple[str, str]]:
    at = 0 if lang() == "zh" else 1
    return [(code, names[at]) for code, names in words(group).items()]


class _Form(forms.Form):
    """One of several on a page: the ids of its fields are its own."""

    def __init__(self, *args: Any, **more: Any) -> None:
        more["auto_id"] = f"{type(self).__name__.lower()}-%s"
        super().__init__(*args, **more)


class MeterForm(_Form):
    """A meter that the next revision lists (计量器具)."""

    id = forms.CharField(label=text_lazy("mrv.meter_id"), max_length=40)
    name = forms.CharField(label=text_lazy("mrv.meter_name"), max_length=80)
    measures = forms.CharField(label=text_lazy("mrv.meter_measures"), max_length=120)
    accuracy_class = forms.CharField(
        label=text_lazy("mrv.meter_class"), max_length=40, required=False
    )
    serial = forms.CharField(label=text_lazy("mrv.meter_serial"), max_length=60, required=False)
    location = forms.CharField(
        label=text_lazy("mrv.meter_location"), max_length=120, required=False
    )
    interval = forms.IntegerField(
        label=text_lazy("mrv.meter_interval"), min_value=1, max_value=120, required=False
    )
    in_force = forms.DateField(label=text_lazy("mrv.in_force_from"), widget=_DAY)
    reason = forms.CharField(label=text_lazy("mrv.reason"), max_length=400)

    def meter(self) -> dict[str, Any]:
        """What the plan is to say of it; what was left empty is left out."""
        said = {k: v for k, v in self.cleaned_data.items() if k not in ("in_force", "reason")}
        return {name: value for name, value in said.items() if value not in ("", None)}


class CalibrationForm(_Form):
    """A calibration of a meter (检定、校准)."""

    meter = forms.CharField(label=text_lazy("mrv.meter_id"), max_length=40)
    day = forms.DateField(label=text_lazy("mrv.calibrated_on"), widget=_DAY)
    result = forms.ChoiceField(
        label=text_lazy("mrv.plan_outcome"), choices=lambda: _choices("outcome")
    )
    next_due = forms.DateField(label=text_lazy("mrv.next_due"), widget=_DAY, required=False)
    certificate = forms.CharField(label=text_lazy("mrv.certificate"), max_length=80, required=False)
    institution = forms.CharField(
        label=text_lazy("mrv.institution"), max_length=120, required=False
    )
    file = forms.FileField(label=text_lazy("mrv.certificate_file"), required=False)

    def __init__(self, *args: Any, meters: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["meter"] = forms.ChoiceField(label=text_lazy("mrv.meter"), choices=meters)
        self.order_fields(["meter"])


class UploadForm(_Form):
    """A plan as a workbook (计划工作簿)."""

    file = forms.FileField(
        label=text_lazy("mrv.workbook"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )


class FreezeForm(_Form):
    """A month whose key parameters are frozen (月度存证)."""

    month = forms.RegexField(r"\A\d{4}-(0[1-9]|1[0-2])\Z", label=text_lazy("mrv.month"))
    reason = forms.CharField(label=text_lazy("mrv.reason"), max_length=400, required=False)


__all__ = ["CalibrationForm", "FreezeForm", "MeterForm", "UploadForm"]
