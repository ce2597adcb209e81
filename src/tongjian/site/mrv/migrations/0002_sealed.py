"""What was submitted is frozen by the database itself (已提交数据由数据库冻结)."""

from django.db import migrations

from tongjian.site.database import made_by
from tongjian.site.mrv.seals import seals


class Migration(migrations.Migration):
    dependencies = [("mrv", "0001_initial")]
    operations = [made_by(seals)]
