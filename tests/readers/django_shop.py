"""An application `shop` of Django, its migrations given by their operations."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.ir import ModuleIR
from schemalint.project.link import link
from schemalint.project.subjects import Project, Revision
from schemalint.settings.records import Settings
from schemalint.source.git import Released
from schemalint.source.lower import lower
from schemalint.source.tree import FolderTree

HEAD = """
from django.conf import settings
from django.contrib.postgres.operations import *
from django.contrib.postgres.operations import AddIndexConcurrently, TrigramExtension
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models
from django.db.models import F, Q
"""
ITEM = """
migrations.CreateModel(
    name="Item",
    fields=[
        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
        ("name", models.CharField(max_length=50, db_index=True)),
        ("code", models.SlugField(unique=True)),
        ("rank", models.PositiveIntegerField(null=True)),
    ],
)
"""
T = ObjectName("shop_item")


class Shop:
    """The migrations of an application `shop`, each given by its operations."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def project(
        self, *revisions: str, helpers: str = "", attributes: str = "", database: str = "postgresql"
    ) -> Project:
        sources = {}
        for number, operations in enumerate(revisions, 1):
            parents = f"('shop', '{number - 1:04}_x')" if number > 1 else ""
            indented = "\n".join(f"        {line}" for line in dedent(operations).strip().splitlines())
            sources[f"shop/migrations/{number:04}_x.py"] = (
                f"{HEAD}\n{dedent(helpers)}\nclass Migration(migrations.Migration):\n    {attributes}\n"
                f"    dependencies = [{parents}]\n    operations = [\n{indented}\n    ]\n"
            )
        modules = {path: lower(text) for path, text in sources.items()}
        assert all(isinstance(module, ModuleIR) for module in modules.values())
        settings = Settings(root=str(self.root), database=(database,))
        return link(modules, settings, FolderTree(self.root), Released(reason="it is not asked"))  # type: ignore[arg-type]

    def last(self, *revisions: str, **more: str) -> Revision:
        (history,) = self.project(*revisions, **more).histories
        return history.ordered[-1]

    def does(self, *revisions: str, **more: str) -> list[ops.Operation]:
        return [step.operation for step in self.last(*revisions, **more).steps]
