"""Forms of the registry (登记表单), made from the kinds of things there are in it."""

from __future__ import annotations

import hashlib
import json
from typing import Any, cast

from django import forms
from django.db import models

from tongjian.records import Catalogue
from tongjian.site.registry.changes import Kind, facts_of
from tongjian.site.registry.models import (
    Contact,
    Division,
    Enterprise,
    Outlet,
    Park,
    Plant,
    ProcessUnit,
)
from tongjian.site.registry.validators import equipment_levels, sectors
from tongjian.site.ui.texts import lang, text_lazy

SEEN = "seen"
_DATES = ("closed", "commissioned", "calibrated", "since")


class RowForm(forms.ModelForm[Any]):
    """A form for one row. What it is known by is chosen when it is entered, and stays."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            if name != SEEN:
                field.label = text_lazy(f"registry.field_{name}")
            if name in _DATES:
                field.widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
        if self.instance.pk:
            self.fields[SEEN].initial = fingerprint(self.instance)
        self._choices()

    def _choices(self) -> None:
        """Lists to choose from, in the language of the page."""
        inside = not isinstance(self.instance, _OUTER)
        plant = self.instance.plant if inside else None
        if "sector" in self.fields:
            found = [(code, getattr(one, lang())) for code, one in sectors().items()]
            self._select("sector", found)
        if "level" in self.fields:
            at = 1 if lang() == "en" else 0
            self._select("level", [(code, two[at]) for code, two in equipment_levels().items()])
        for name, model in (("process_unit", ProcessUnit), ("outlet", Outlet)):
            if name in self.fields and plant is not None:
                field = self.fields[name]
                assert isinstance(field, forms.ModelChoiceField)
                field.queryset = model.every.filter(plant=plant)  # the plant was asked for before
        if "park" in self.fields:
            field = self.fields["park"]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = Park.objects.filter(division__code__startswith=self._within())
        for name in ("kind", "technology", "abatement", "stream", "division"):
            if name in self.fields:
                self.fields[name].widget.attrs["list"] = f"known-{name}"

    def _within(self) -> str:
        return str(self.instance.division)[:4] if self.instance.division else ""

    def _select(self, name: str, choices: list[tuple[str, str]]) -> None:
        old = self.fields[name]
        field = forms.ChoiceField(
            choices=[("", "–"), *choices], label=old.label, required=old.required
        )
        self.fields[name] = field

    @property
    def known(self) -> dict[str, list[tuple[str, str]]]:
        """What is proposed for fields in which other words may be written too."""
        catalogue, said = Catalogue.load(), lang()
        found: dict[str, list[tuple[str, str]]] = {}
        if "kind" in self.fields and isinstance(self.instance, ProcessUnit):
            found["kind"] = [(one.code, getattr(one, said)) for one in catalogue.terms_of("kind")]
        for name in ("technology", "abatement"):
            if name in self.fields:
                terms = catalogue.terms_of(name, self.instance.plant.sector)
                found[name] = [(one.code, getattr(one, said)) for one in terms]
        if "stream" in self.fields:
            found["stream"] = [(one.id, getattr(one, said)) for one in catalogue.streams.values()]
        if "division" in self.fields:
            at = "name_en" if said == "en" else "name_zh"
            found["division"] = [(one.code, getattr(one, at)) for one in Division.objects.all()]
        return found

    def clean_kind(self) -> str:
        """The code of a kind that rules know; others are kept as they are written."""
        return self._coded("kind")

    def clean_technology(self) -> str:
        return self._coded("technology", self.instance.plant.sector)

    def clean_abatement(self) -> str:
        return self._coded("abatement", self.instance.plant.sector)

    def clean_stream(self) -> str:
        """The id of a stream, whatever it was called by."""
        written = str(self.cleaned_data["stream"])
        found = Catalogue.load().resolve_stream(written)
        return found.id if found else written

    def _coded(self, key: str, sector: str | None = None) -> str:
        written = str(self.cleaned_data[key])
        if not written or not isinstance(self.instance, ProcessUnit):
            return written
        term = Catalogue.load().resolve_term(key, written, sector)
        return term.code if term else written


_OUTER = (Enterprise, Plant, Contact)


def form_class(kind: Kind, editing: bool) -> type[RowForm]:
    """The form of a kind; of a row that is there already, without what it is known by."""
    names = list(kind.fields)
    if not editing and kind.model is not Enterprise:
        names = [kind.identity, *names]
    if editing and kind.model is Enterprise:
        names.remove("uscc")
    made = forms.modelform_factory(kind.model, form=RowForm, fields=names)
    return cast(type[RowForm], made)


def fingerprint(row: models.Model) -> str:
    """Tells whether a row is still as somebody saw it."""
    said = json.dumps(facts_of(row), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


__all__ = ["SEEN", "RowForm", "fingerprint", "form_class"]
