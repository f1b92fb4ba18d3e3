"""The linked project: every subject once and in one order, comments, notes."""

from __future__ import annotations

import pytest

from schemalint.facts.revisions import EnvConfig
from schemalint.project.subjects import History, Module, Project, Revision, Step, Target
from schemalint.project.views import subjects_of
from tests.project.conftest import ENV, Linked, revision

FILES = {
    "alembic.ini": "[alembic]\nscript_location = db\n",
    "db/env.py": ENV,
    "db/versions/2.py": revision("a1", None, "op.drop_table('a'); op.drop_table('b')  # schemalint: approve[x] gone"),
    "db/versions/1.py": revision("b2", "a1", "op.drop_table('c')"),
    "app/models.py": "x = 1  # schemalint: ignore[y] why\n",
    "app/q.sql": "SELECT 1;  -- schemalint: ignore[z] why\n",
}


def test_every_subject_comes_once_and_in_order(linked: Linked) -> None:
    project = linked(FILES, database=("postgresql",))

    def of(kind: type) -> list[object]:
        return list(subjects_of(project, kind))

    assert of(Project) == [project]
    assert of(Target) == [project.targets[0]]
    assert [env.path for env in of(EnvConfig)] == ["db/env.py"]  # type: ignore[attr-defined]
    assert of(History) == list(project.histories)
    assert [item.id for item in of(Revision)] == ["a1", "b2"]  # type: ignore[attr-defined]
    assert [item.anchor for item in of(Step)] == [  # type: ignore[attr-defined]
        "a1:drop_table:a",
        "a1:drop_table:b",
        "b2:drop_table:c",
    ]
    assert [item.path for item in of(Module)] == sorted(path for path in FILES if path != "alembic.ini")  # type: ignore[attr-defined]


def test_comments_of_python_and_sql_files_are_read(linked: Linked) -> None:
    project = linked(FILES)

    assert {
        module.path: [directive.names[0][0] for directive in module.directives]
        for module in project.modules
        if module.directives
    } == {"app/models.py": ["y"], "app/q.sql": ["z"], "db/versions/2.py": ["x"]}


def test_an_empty_project_is_a_project(linked: Linked) -> None:
    project = linked({})

    assert (project.modules, project.histories, project.targets, project.notes) == ((), (), (), ())


def test_operations_are_counted_and_what_is_not_understood_is_told(linked: Linked) -> None:
    project = linked({"db/env.py": ENV, "db/versions/1.py": revision("a1", None, "op.execute(text_of(x))")})

    assert project.operations == 1
    ((place, _, reason),) = project.not_understood
    assert place.path == "db/versions/1.py"
    assert reason


def test_a_type_that_is_no_subject_is_refused(linked: Linked) -> None:
    with pytest.raises(LookupError, match="int is no subject of rules; those are Column, EnvConfig, Function, History"):
        subjects_of(linked({}), int)
