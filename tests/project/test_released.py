"""What is released: by `start-after`, and by what git says."""

from __future__ import annotations

import subprocess
from pathlib import Path

from schemalint.project.subjects import Project
from schemalint.source.git import Released
from tests.project.conftest import ENV, Linked, revision

FILES = {
    "db/env.py": ENV,
    "db/versions/1.py": revision("a1"),
    "db/versions/2.py": revision("b2", "a1"),
    "db/versions/3.py": revision("c3", "b2"),
    "db/versions/4.py": revision("d4", "a1"),
}
NO_GIT = Released(reason="there is no repository")


def released(project: Project) -> list[str]:
    (history,) = project.histories
    return [revision.id for revision in history.revisions if revision.released]


def test_start_after_releases_a_revision_and_its_ancestors(linked: Linked) -> None:
    project = linked(FILES, NO_GIT, start_after=("b2",))

    assert released(project) == ["a1", "b2"]
    assert project.histories[0].released_known


def test_start_after_that_names_nothing_is_noted(linked: Linked) -> None:
    project = linked(FILES, NO_GIT, start_after=("zz",))

    assert released(project) == []
    assert any("`start-after` names `zz`" in note for note in project.notes)


def test_what_git_knows_where_the_branch_began_is_released(linked: Linked) -> None:
    project = linked(FILES, Released(frozenset({"db/versions/1.py", "db/versions/4.py"}), "main", "abc"))

    assert released(project) == ["a1", "d4"]
    assert project.histories[0].released_known


def test_without_git_nothing_is_released_and_the_reason_is_noted(linked: Linked) -> None:
    project = linked(FILES, NO_GIT)

    assert released(project) == []
    assert not project.histories[0].released_known
    assert any("there is no repository" in note and "start-after" in note for note in project.notes)


def test_a_checkout_is_asked(linked: Linked, tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(("git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments), cwd=tmp_path, check=True)

    first = {path: text for path, text in FILES.items() if path < "db/versions/3.py"}
    linked(first, NO_GIT)
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "one")
    git("checkout", "-q", "-b", "feature")

    assert released(linked(FILES)) == ["a1", "b2"]
