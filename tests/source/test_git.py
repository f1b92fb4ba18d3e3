from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from schemalint.source.git import Released, default_branch, merge_base, paths_at, released, repository_root
from schemalint.source.tree import TreeError
from schemalint.source.tree_git import GitTree, IndexTree

Write = Callable[..., None]
Git = Callable[..., str]


@pytest.fixture
def origin(write: Write, git: Git, commit: Git, tmp_path: Path) -> Path:
    """A repository with a revision on main."""
    write("app/versions/1.py", "models.py")
    commit()
    return tmp_path


@pytest.fixture
def clone(origin: Path, git: Git, write: Write, commit: Git, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of it on a branch with a second revision."""
    clone = tmp_path_factory.mktemp("clone")
    git("clone", "--quiet", str(origin), str(clone))
    git("switch", "--quiet", "-c", "feature", folder=clone)
    write("app/versions/2.py", root=clone)
    commit(folder=clone)
    return clone


def test_repository_root(origin: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert repository_root(origin / "app" / "versions") == origin
    assert repository_root(origin) == origin
    assert repository_root(origin / "nowhere") is None
    assert repository_root(tmp_path_factory.mktemp("plain")) is None


def test_the_default_branch_is_where_origin_leads(clone: Path, origin: Path, git: Git) -> None:
    assert default_branch(clone) == "origin/main"
    git("branch", "trunk")
    git("fetch", "--quiet", folder=clone)
    git("remote", "set-head", "origin", "trunk", folder=clone)
    assert default_branch(clone) == "origin/trunk"


def test_the_default_branch_without_origin_head(clone: Path, git: Git) -> None:
    git("remote", "set-head", "origin", "--delete", folder=clone)
    assert default_branch(clone) == "origin/main"
    git("branch", "--quiet", "-m", "main", "master", folder=clone)
    git("update-ref", "-d", "refs/remotes/origin/main", folder=clone)
    assert default_branch(clone) == "master"
    git("branch", "--quiet", "-D", "master", folder=clone)
    assert default_branch(clone) is None


def test_merge_base(clone: Path, git: Git) -> None:
    assert merge_base(clone, "HEAD", "origin/main") == git("rev-parse", "main")
    assert merge_base(clone, "HEAD", "nowhere") is None
    assert merge_base(clone, "HEAD", "--all") is None


def test_paths_at_a_revision(clone: Path) -> None:
    assert paths_at(clone, "HEAD") == {"app/versions/1.py", "app/versions/2.py", "models.py"}
    assert paths_at(clone, "origin/main", "app/versions") == {"1.py"}
    assert paths_at(clone / "app", "origin/main", "versions") == {"1.py"}
    assert paths_at(clone, "HEAD", "nowhere") == frozenset()
    with pytest.raises(TreeError, match="`nowhere` is no revision"):
        paths_at(clone, "nowhere", "app")


def test_what_the_default_branch_has_is_released(clone: Path, git: Git) -> None:
    base = git("rev-parse", "main")
    assert released(clone) == Released(frozenset({"app/versions/1.py", "models.py"}), "origin/main", base)
    assert released(clone / "app" / "versions").paths == {"1.py"}
    assert "2.py" in released(clone / "app" / "versions", branch="feature").paths


def test_what_the_default_branch_got_later_is_not(
    clone: Path, origin: Path, git: Git, write: Write, commit: Git
) -> None:
    write("app/versions/3.py")
    commit()
    git("fetch", "--quiet", folder=clone)
    assert released(clone / "app" / "versions").paths == {"1.py"}


def test_on_the_default_branch_what_is_committed_is_released(origin: Path, write: Write) -> None:
    write("app/versions/2.py")
    assert released(origin / "app" / "versions").paths == {"1.py"}


def test_a_detached_head(clone: Path, git: Git) -> None:
    git("switch", "--quiet", "--detach", folder=clone)
    assert released(clone / "app" / "versions").paths == {"1.py"}


def test_a_linked_work_tree(clone: Path, git: Git, tmp_path_factory: pytest.TempPathFactory) -> None:
    linked = tmp_path_factory.mktemp("linked") / "tree"
    git("worktree", "add", "--quiet", "-b", "other", str(linked), "feature", folder=clone)
    assert repository_root(linked / "app") == linked
    assert released(linked / "app" / "versions").paths == {"1.py"}


def test_a_shallow_clone_says_what_to_do(
    origin: Path, git: Git, write: Write, commit: Git, tmp_path_factory: pytest.TempPathFactory
) -> None:
    git("switch", "--quiet", "-c", "feature")
    write("app/versions/2.py")
    commit()
    git("switch", "--quiet", "main")
    write("app/versions/3.py")
    commit()
    shallow = tmp_path_factory.mktemp("shallow")
    git("clone", "--quiet", "--depth=1", "--no-single-branch", "--branch=feature", f"file://{origin}", str(shallow))
    outcome = released(shallow)
    assert (outcome.paths, outcome.branch, outcome.commit) == (frozenset(), "origin/main", None)
    assert "the clone is shallow" in outcome.reason
    assert "git fetch --unshallow" in outcome.reason
    git("fetch", "--quiet", "--unshallow", folder=shallow)
    assert released(shallow / "app" / "versions").paths == {"1.py"}


def test_histories_that_share_nothing(origin: Path, git: Git, commit: Git) -> None:
    git("switch", "--quiet", "--orphan", "island")
    commit()
    assert released(origin).reason == "HEAD and main share no commit"


def test_reasons(origin: Path, git: Git, tmp_path_factory: pytest.TempPathFactory) -> None:
    plain = tmp_path_factory.mktemp("plain")
    assert "is not in a git repository" in released(plain).reason
    assert "`nowhere` is no revision" in released(origin, branch="nowhere").reason
    git("branch", "--quiet", "-m", "main", "trunk")
    assert released(origin).reason == "the repository has no branch main or master, and origin/HEAD is not set"
    empty = tmp_path_factory.mktemp("empty")
    git("init", "--quiet", "--initial-branch=main", folder=empty)
    assert released(empty, branch="main").reason.endswith("has no commits yet")
    assert released(empty).paths == frozenset()


def test_without_git(origin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(origin))
    assert repository_root(origin) is None
    assert default_branch(origin) is None
    assert merge_base(origin, "HEAD", "main") is None
    assert released(origin).reason == "git was not found: install it and put it on PATH"


def test_a_git_in_the_current_folder_is_not_run(origin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = origin / ("git.bat" if os.name == "nt" else "git")
    fake.write_text("#!/bin/sh\necho /hijacked\n")
    fake.chmod(0o755)
    monkeypatch.chdir(origin)
    monkeypatch.setenv("PATH", ".")
    assert repository_root(origin) is None


def test_a_repository_of_another_user_says_what_to_do(origin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert f"`git config --global --add safe.directory {origin}`" in released(origin).reason


HOOK = """#!{python}
import sys
from pathlib import Path
sys.path[:0] = {path}
from schemalint.source.tree_git import IndexTree
from schemalint.source.git import released
with open({output!r}, "w") as output:
    for folder in {folders}:
        with IndexTree(Path(folder)) as tree:
            staged = [path + "=" + tree.read(path).decode() for path in tree.list()]
        print(*staged, *sorted(released(Path(folder)).paths), file=output)
"""


@pytest.mark.skipif(os.name != "posix", reason="a hook needs a shebang")
@pytest.mark.parametrize("linked", [False, True], ids=["main work tree", "linked work tree"])
def test_in_a_hook_the_index_is_that_of_the_commit(
    origin: Path, linked: bool, git: Git, write: Write, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """`git commit -a` shows hooks its repository and another index; neither holds for a second repository."""
    work_tree = origin
    if linked:
        work_tree = tmp_path_factory.mktemp("linked") / "tree"
        git("worktree", "add", "--quiet", "-b", "other", str(work_tree))
    second = tmp_path_factory.mktemp("second")
    git("init", "--quiet", "--initial-branch=main", folder=second)
    write({"z.py": "z"}, root=second)
    git("add", "--all", folder=second)
    output = tmp_path_factory.mktemp("plain") / "output"
    hook = origin / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    folders = [str(work_tree), str(work_tree / "app"), str(second)]
    hook.write_text(HOOK.format(python=sys.executable, path=sys.path, output=str(output), folders=folders))
    hook.chmod(0o755)
    write({"app/versions/1.py": "edited"}, root=work_tree)
    git("commit", "--quiet", "--all", "--message", "edit", folder=work_tree)
    assert output.read_text().splitlines() == [
        "app/versions/1.py=edited models.py= app/versions/1.py models.py",
        "versions/1.py=edited versions/1.py",
        "z.py=z",
    ]


def test_a_repository_named_only_by_the_environment(
    origin: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for a home folder under version control, whose repository lies elsewhere."""
    apart = tmp_path_factory.mktemp("apart") / "store"
    (origin / ".git").rename(apart)
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.setenv("GIT_DIR", str(apart))
    monkeypatch.setenv("GIT_WORK_TREE", str(origin))
    assert repository_root(origin / "app") == origin
    assert released(origin / "app").paths == {"versions/1.py"}
    with GitTree(origin / "app", "HEAD") as tree, IndexTree(origin) as index:
        assert list(tree.list()) == ["versions/1.py"]
        assert list(index.list()) == ["app/versions/1.py", "models.py"]
    assert repository_root(elsewhere) is None
    with pytest.raises(TreeError, match="is not in a git repository"):
        IndexTree(elsewhere)


def test_variables_that_contradict_literal_paths(origin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_ICASE_PATHSPECS", "1")
    assert paths_at(origin, "HEAD", "app") == {"versions/1.py"}
