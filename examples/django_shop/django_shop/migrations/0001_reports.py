"""Reports that were pushed."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """The first table."""

    initial = True
    dependencies: ClassVar[list[tuple[str, str]]] = []
    operations: ClassVar[list[migrations.CreateModel]] = [
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("msg_id", models.CharField(max_length=64)),
                ("state", models.CharField(max_length=16)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("came_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("msg_id", "state"), name="one_report")]},
        ),
    ]
