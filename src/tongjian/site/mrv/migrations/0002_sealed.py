"""What was submitted is frozen by the database itself (已提交数据由数据库冻结)."""

from django.db import migrations

from tongjian.book import sealed_tables
from tongjian.site.database import made_by

PARENT = "mrv_submittedversion"
CHILDREN = ("mrv_submittedfigure", "mrv_submittedrow")


def seals(dialect):
    keys = {PARENT: (("id",), ("report_id", "number"))}
    return sealed_tables(dialect, PARENT, CHILDREN, keys=keys)


class Migration(migrations.Migration):
    dependencies = [("mrv", "0001_initial")]
    operations = [made_by(seals)]
