"""Histories: which revisions belong together, in which order they run, and what they lead to."""

from __future__ import annotations

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import AddColumn, CreateTable
from schemalint.project.subjects import History, Project
from tests.project.conftest import ENV, Linked, revision

USERS = "op.create_table('users', sa.Column('id', sa.Integer, primary_key=True))"
EMAIL = "op.add_column('users', sa.Column('email', sa.Text))"


def the_history(project: Project) -> History:
    (history,) = project.histories
    return history


def ids(history: History) -> list[str]:
    return [revision.id for revision in history.ordered]


def test_revisions_are_ordered_by_their_parents_not_by_their_files(linked: Linked) -> None:
    history = the_history(
        linked(
            {
                "db/env.py": ENV,
                "db/versions/a.py": revision("c3", "b2"),
                "db/versions/b.py": revision("a1"),
                "db/versions/c.py": revision("b2", "a1"),
            }
        )
    )

    assert history.root == "db"
    assert ids(history) == ["a1", "b2", "c3"]
    assert [revision.id for revision in history.heads] == ["c3"]
    assert [revision.id for revision in history.bases] == ["a1"]
    assert history.is_ancestor("a1", "c3")
    assert not history.is_ancestor("c3", "a1")
    assert history.find("b2") is history.ordered[1]
    assert history.find("d4") is None
    assert not history.incomplete


def test_what_is_wrong_with_the_graph_is_told(linked: Linked) -> None:
    history = the_history(
        linked(
            {
                "db/env.py": ENV,
                "db/versions/a.py": revision("a1"),
                "db/versions/b.py": revision("b2", "gone"),
                "db/versions/c.py": revision("a1"),
                "db/versions/d.py": revision("d4", "e5"),
                "db/versions/e.py": revision("e5", "d4"),
            }
        )
    )

    assert [(revision.id, parent) for revision, parent in history.missing] == [("b2", "gone")]
    assert [[revision.definition.path for revision in group] for group in history.duplicates] == [
        ["db/versions/a.py", "db/versions/c.py"]
    ]
    assert [{revision.id for revision in cycle} for cycle in history.cycles] == [{"d4", "e5"}]


def test_each_operation_stands_before_the_schema_it_is_run_on(linked: Linked) -> None:
    history = the_history(
        linked(
            {
                "db/env.py": ENV,
                "db/versions/a.py": revision("a1", None, USERS, "op.drop_table('users')"),
                "db/versions/b.py": revision("b2", "a1", EMAIL, "op.drop_column('users', 'email')"),
            }
        )
    )
    created, added = (step for revision in history.ordered for step in revision.steps)
    users = ObjectName("users")

    assert isinstance(created.operation, CreateTable)
    assert isinstance(added.operation, AddColumn)
    assert (created.number, added.number) == (1, 2)
    assert created.schema.table(users) is None
    assert added.schema.has_column(users, "id") is True
    assert added.schema.has_column(users, "email") is False
    assert added.anchor == "b2:add_column:users.email"
    assert history.timeline is not None
    assert history.timeline.now().has_column(users, "email") is True


def test_a_downgrade_is_read_after_its_upgrade_and_taken_back(linked: Linked) -> None:
    guarded = "if sa.inspect(op.get_bind()).has_table('users'): op.drop_table('users')"
    history = the_history(
        linked(
            {
                "db/env.py": ENV,
                "db/versions/a.py": revision("a1", None, USERS, guarded),
                "db/versions/b.py": revision("b2", "a1", EMAIL),
            }
        )
    )
    first, second = history.ordered

    assert first.downgrade is not None
    assert [type(placed.operation).__name__ for placed in first.downgrade.operations] == ["DropTable"]
    assert second.steps[0].schema.has_table(ObjectName("users")) is True


def test_a_file_that_cannot_be_parsed_leaves_the_rest(linked: Linked) -> None:
    project = linked(
        {
            "db/env.py": ENV,
            "db/versions/a.py": revision("a1", None, USERS),
            "db/versions/b.py": "def upgrade(:\n",
            "db/versions/c.py": revision("c3", "b2", EMAIL),
        }
    )
    history = the_history(project)

    assert history.incomplete
    assert ids(history) == ["a1", "c3"]
    assert [module.path for module in project.modules if module.problem] == ["db/versions/b.py"]
    assert project.operations == 2


def test_a_revision_without_functions_has_no_bodies(linked: Linked) -> None:
    history = the_history(linked({"db/env.py": ENV, "db/versions/a.py": "revision = 'a1'\ndown_revision = None\n"}))

    assert (history.ordered[0].upgrade, history.ordered[0].downgrade) == (None, None)


def test_a_function_that_is_not_found_is_not_understood(linked: Linked) -> None:
    project = linked(
        {
            "db/env.py": ENV,
            "db/versions/a.py": "from lib import upgrade\nimport alembic\nrevision = 'a1'\ndown_revision = None\n",
        }
    )

    assert [(what, reason) for _, what, reason in project.not_understood] == [
        ("upgrade", "the function behind `upgrade` is not found")
    ]


def test_one_folder_of_versions_is_one_history(linked: Linked) -> None:
    project = linked(
        {
            "a/env.py": ENV,
            "a/versions/1.py": revision("a1"),
            "b/env.py": ENV,
            "b/versions/1.py": revision("a1"),
            "plugins/x/migrations/1.py": revision("x1"),
            "plugins/x/migrations/2.py": revision("x2", "x1"),
        }
    )

    assert [(history.root, ids(history)) for history in project.histories] == [
        ("a", ["a1"]),
        ("b", ["a1"]),
        ("plugins/x/migrations", ["x1", "x2"]),
    ]
    assert [history.env.path if history.env else None for history in project.histories] == [
        "a/env.py",
        "b/env.py",
        None,
    ]


def test_folders_of_one_environment_that_do_not_meet_are_histories_of_their_own(linked: Linked) -> None:
    project = linked(
        {
            "db/env.py": ENV,
            "db/versions/postgresql/1.py": revision("a1"),
            "db/versions/postgresql/2.py": revision("a2", "a1"),
            "db/versions/sqlite/1.py": revision("a1"),
        }
    )

    assert [(history.root, ids(history)) for history in project.histories] == [
        ("db/versions/postgresql", ["a1", "a2"]),
        ("db/versions/sqlite", ["a1"]),
    ]


def test_folders_whose_revisions_follow_on_each_other_are_one_history(linked: Linked) -> None:
    project = linked(
        {
            "db/env.py": ENV,
            "db/versions/one/1.py": revision("a1"),
            "db/versions/two/expand/1.py": revision("b2", "a1"),
            "db/versions/two/contract/1.py": revision("c3", "a1"),
        }
    )

    assert [(history.root, sorted(ids(history))) for history in project.histories] == [("db", ["a1", "b2", "c3"])]


def test_listed_version_locations_are_one_history(linked: Linked) -> None:
    history = the_history(
        linked(
            {
                "alembic.ini": "[alembic]\nscript_location = db\nversion_locations = db/versions plugin/versions\n",
                "db/env.py": ENV,
                "db/versions/1.py": revision("a1"),
                "plugin/versions/1.py": revision("p1"),
            }
        )
    )

    assert history.root == "db"
    assert sorted(ids(history)) == ["a1", "p1"]
    assert history.env is not None
    assert history.env.ini_path == "alembic.ini"


def test_two_sections_with_locations_of_their_own_are_two_histories(linked: Linked) -> None:
    project = linked(
        {
            "alembic.ini": "[one]\nscript_location = db\nversion_locations = db/one\n"
            "[two]\nscript_location = db\nversion_locations = db/two\n",
            "db/env.py": ENV,
            "db/one/1.py": revision("a1"),
            "db/two/1.py": revision("a1"),
        }
    )

    assert [history.env.versions for history in project.histories if history.env] == [("db/one",), ("db/two",)]


def test_a_broken_configuration_is_noted(linked: Linked) -> None:
    project = linked({"alembic.ini": "script_location = db\n", "db/env.py": ENV, "db/versions/1.py": revision("a1")})

    assert any(note.startswith("alembic.ini:1: ") for note in project.notes)


def test_revisions_among_tests_make_no_history(linked: Linked) -> None:
    files = {"tests/db/env.py": ENV, "tests/db/versions/1.py": revision("a1")}

    assert linked(files).histories == ()
    assert len(linked(files, roles={"migration": ("tests/db/versions",)}).histories) == 1
