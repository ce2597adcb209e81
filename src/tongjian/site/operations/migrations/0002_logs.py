"""The table of the evidence logs, one log for each enterprise and one for the site (存证日志)."""

from django.db import migrations

from tongjian.book import statements
from tongjian.site.database import made_by


class Migration(migrations.Migration):
    dependencies = [("operations", "0001_initial")]
    operations = [made_by(statements)]
