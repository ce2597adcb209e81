"""The divisions that come with the package."""

from typing import Any

from django.db import migrations


def load(apps: Any, editor: Any) -> None:
    from tongjian.site.registry.divisions import shipped

    division = apps.get_model("registry", "Division")
    division.objects.bulk_create(
        [division(**one) for one in shipped()], ignore_conflicts=True
    )


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
