"""Tables of histories that build one schema together, as the applications of a Django project do."""

from __future__ import annotations

from schemalint.facts.names import ObjectName
from schemalint.interpret.program import Program
from schemalint.project.merging import tables_of
from schemalint.readers.models.read import read_models
from tests.project.conftest import Linked

MODELS = "from django.db import models\nclass {0}(models.Model):\n  name = models.TextField()\n{1}"
MIGRATION = (
    "from django.db import migrations, models\n"
    "class Migration(migrations.Migration):\n"
    "  dependencies = [{2}]\n"
    "  operations = [migrations.CreateModel(name='{0}', fields=[('id', models.BigAutoField(primary_key=True)), "
    "('name', models.TextField()){1}])]\n"
)
KEY = "('author', models.ForeignKey('users.User', on_delete=models.CASCADE))"
FILES = {
    "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site.settings')\n",
    "site/settings.py": "INSTALLED_APPS = ['users', 'blog']\nDEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'\n",
    "users/__init__.py": "",
    "users/models.py": MODELS.format("User", ""),
    "users/migrations/__init__.py": "",
    "users/migrations/0001_initial.py": MIGRATION.format("User", "", ""),
    "blog/__init__.py": "",
    "blog/models.py": MODELS.format("Post", "  author = models.ForeignKey('users.User', on_delete=models.CASCADE)\n"),
    "blog/migrations/__init__.py": "",
    "blog/migrations/0001_initial.py": MIGRATION.format("Post", f", {KEY}", "('users', '0001_initial')"),
}


def test_each_table_is_there_once_and_belongs_to_the_history_that_makes_it(linked: Linked) -> None:
    project = linked(FILES)
    program = Program({module.path: module.ir for module in project.modules if module.ir is not None})
    models = read_models(program, [path for path in program.modules if "/migrations/" not in path])
    for declared in (models, ()):
        tables = tables_of(declared, project.histories)
        assert [str(table.name) for table in tables] == ["blog_post", "users_user"]
        post = tables.find(ObjectName("blog_post"))
        assert post is not None
        assert post.migrated is not None
        assert post.history is not None
        assert [revision.module.path for revision in post.history.ordered] == ["blog/migrations/0001_initial.py"]
        assert bool(post.models) is bool(declared)
