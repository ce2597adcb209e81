"""The page of parks (园区): which there are, and entering a new one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.registry.models import Division, Park
from tongjian.site.ui.texts import text, text_lazy


class ParkForm(forms.ModelForm[Park]):
    """A park within the division of who enters it."""

    class Meta:
        model = Park
        fields = ("name_zh", "name_en", "division")

    def __init__(self, *args: Any, within: str, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            field.label = text_lazy(f"registry.field_{name}")
        division = self.fields["division"]
        assert isinstance(division, forms.ModelChoiceField)
        division.queryset = Division.objects.filter(code__startswith=within)


@require_http_methods(["GET", "POST"])
@endpoint("registry.parks")
def parks(request: ActorRequest) -> HttpResponse:
    """The parks of one's division; parks are public and belong to no enterprise."""
    within = request.actor.division
    form = ParkForm(request.POST or None, within=within)
    if request.method == "POST" and form.is_valid():
        made = form.save()
        messages.success(request, text("registry.saved", name=made.name_zh))
        return redirect("registry:parks")
    found = Park.objects.filter(division__code__startswith=within).select_related("division")
    shown = {"form": form, "parks": found}
    return render(request, "registry/parks.html", shown, status=422 if form.errors else 200)


__all__ = ["parks"]
