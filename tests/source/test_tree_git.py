from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from schemalint.source.tree import FolderTree, OverlayTree, SourceTree, TreeError
from schemalint.source.tree_git import GitTree, IndexTree

Write = Callable[..., None]
Git = Callable[..., str]


@pytest.fixture
def project(write: Write, git: Git, commit: Git, tmp_path: Path) -> Path:
    """A repository with one commit, tagged v1, and an edit to a.py on top: staged one way, saved another."""
    write({"a.py": "committed\r\n", "app/b.py": "b", "app/x y/é.sql": "é", "app-2.py": "2"})
    commit()
    git("tag", "v1")
    write({"a.py": "staged"}, "new.py")
    git("add", "--all")
    write({"a.py": "saved"}, "untracked.py")
    return tmp_path


def test_a_revision_is_read_without_a_checkout(project: Path) -> None:
    with closing(GitTree(project, "HEAD")) as tree:
        assert tree.root == project
        assert list(tree.list()) == ["a.py", "app-2.py", "app/b.py", "app/x y/é.sql"]
        assert tree.read("a.py") == b"committed\r\n"
        assert tree.read("app/x y/é.sql") == "é".encode()
        assert tree.read("app/b.py") == b"b"
    assert (project / "a.py").read_text() == "saved"


def test_the_index_holds_what_is_staged(project: Path) -> None:
    with IndexTree(project) as tree:
        assert list(tree.list()) == ["a.py", "app-2.py", "app/b.py", "app/x y/é.sql", "new.py"]
        assert tree.read("a.py") == b"staged"
        assert tree.read("new.py") == b""


def test_every_tree_answers_alike(project: Path, git: Git, commit: Git) -> None:
    commit()
    trees: list[SourceTree] = [
        FolderTree(project),
        GitTree(project, "HEAD"),
        IndexTree(project),
        OverlayTree(FolderTree(project), {}),
    ]
    skipped = [list(tree.list(skip=lambda folder: folder == ".git")) for tree in trees]
    assert skipped == [skipped[0]] * 4
    for tree in trees:
        with closing(tree):
            assert list(tree.list("app")) == ["app/b.py", "app/x y/é.sql"]
            assert list(tree.list("app", skip=lambda folder: folder == "app/x y")) == ["app/b.py"]
            assert list(tree.list("nowhere")) == []
            assert tree.exists("a.py")
            assert not tree.exists("app")
            assert tree.is_folder("")
            assert tree.is_folder("app/x y")
            assert not tree.is_folder("a.py")
            assert not tree.is_folder("ap")
            assert {tree.read(path) for path in tree.list("app")} == {b"b", "é".encode()}
            with pytest.raises(FileNotFoundError, match=r"nowhere\.py"):
                tree.read("nowhere.py")


@pytest.mark.parametrize("ref", ["v1", "HEAD", "main", "HEAD^{tree}"])
def test_whatever_names_a_revision(project: Path, ref: str) -> None:
    with GitTree(project, ref) as tree:
        assert tree.read("a.py") == b"committed\r\n"


def test_paths_start_at_the_folder_that_is_given(project: Path, git: Git, commit: Git) -> None:
    for tree in (GitTree(project / "app", "HEAD"), IndexTree(project / "app")):
        with tree:
            assert tree.root == project / "app"
            assert list(tree.list()) == ["b.py", "x y/é.sql"]
            assert tree.read("b.py") == b"b"
    (project / "later").mkdir()
    with GitTree(project / "later", "HEAD") as tree:
        assert list(tree.list()) == []


def test_a_closed_tree_may_be_asked_again(project: Path) -> None:
    tree = GitTree(project, "HEAD")
    tree.close()
    assert tree.read("app/b.py") == b"b"
    tree.close()
    tree.close()


def test_links_in_git(write: Write, git: Git, commit: Git, tmp_path: Path) -> None:
    write({"app/a.py": "a", "outside.py": ""})
    app = tmp_path / "app"
    (app / "link.py").symlink_to("a.py")
    (app / "again.py").symlink_to("./link.py")
    (app / "folder").symlink_to("../app")
    (app / "here").symlink_to(".")
    (app / "out.py").symlink_to("../outside.py")
    (app / "self.py").symlink_to("self.py")
    commit()
    for tree in (GitTree(app, "HEAD"), IndexTree(app)):
        with tree:
            refused: dict[str, str] = {}
            assert list(tree.list(refuse=refused.__setitem__)) == ["a.py", "again.py", "link.py"]
            assert tree.read("again.py") == b"a"
            assert not tree.exists("out.py")
            assert refused["out.py"] == "is a link that leads nowhere, or out of the folder that is checked"
            assert refused["self.py"] == refused["out.py"]


def test_submodules_are_no_files(write: Write, git: Git, commit: Git, tmp_path: Path) -> None:
    write("a.py")
    first = commit()
    git("update-index", "--add", "--cacheinfo", f"160000,{first},module.py")
    git("commit", "--quiet", "-m", "module")
    for tree in (GitTree(tmp_path, "HEAD"), IndexTree(tmp_path)):
        with tree:
            assert list(tree.list()) == ["a.py"]


def test_a_file_in_conflict_is_refused(write: Write, git: Git, commit: Git, tmp_path: Path) -> None:
    write({"a.py": "0", "b.py": "b"})
    commit()
    git("switch", "--quiet", "-c", "other")
    write({"a.py": "1"})
    commit()
    git("switch", "--quiet", "main")
    write({"a.py": "2"})
    commit()
    with pytest.raises(Exception, match="merge"):
        git("merge", "other")
    with IndexTree(tmp_path) as tree:
        refused: dict[str, str] = {}
        assert list(tree.list(refuse=refused.__setitem__)) == ["b.py"]
        assert refused == {"a.py": "is in conflict: resolve the merge and stage the file"}


@pytest.mark.skipif(os.name != "posix", reason="needs names of any bytes")
def test_names_in_git_that_are_not_utf8(git: Git, tmp_path: Path) -> None:
    blob = git("hash-object", "-w", os.devnull)
    git("update-index", "--add", "--cacheinfo", f"100644,{blob},caf\udce9.py")
    git("update-index", "--add", "--cacheinfo", f"100644,{blob},a.py")
    with IndexTree(tmp_path) as tree:
        refused: dict[str, str] = {}
        assert list(tree.list(refuse=refused.__setitem__)) == ["a.py"]
        assert refused == {"caf\udce9.py": "has a name that is not valid UTF-8"}


def test_a_blob_the_repository_lacks(write: Write, git: Git, commit: Git, tmp_path: Path) -> None:
    write({"a.py": "a", "b.py": "b"})
    commit()
    name = git("rev-parse", "HEAD:a.py")
    (tmp_path / ".git" / "objects" / name[:2] / name[2:]).unlink()
    with GitTree(tmp_path, "HEAD") as tree:
        with pytest.raises(OSError, match=r"git lacks its content.*a\.py"):
            tree.read("a.py")
        assert tree.read("b.py") == b"b"


def test_a_partial_clone_fetches_nothing(write: Write, git: Git, commit: Git, tmp_path: Path) -> None:
    write({"a.py": "a", "b.py": "b"})
    commit()
    git("config", "uploadpack.allowFilter", "true")
    git("config", "uploadpack.allowAnySHA1InWant", "true")
    clone = tmp_path / "clone"
    git("clone", "--quiet", "--no-checkout", "--filter=blob:none", f"file://{tmp_path}", str(clone))
    with GitTree(clone, "HEAD") as tree:
        assert list(tree.list()) == ["a.py", "b.py"]
        for path in tree.list():
            with pytest.raises(OSError, match=f"git lacks its content.*{path}"):
                tree.read(path)
        git("cat-file", "blob", "HEAD:a.py", folder=clone)
        assert tree.read("a.py") == b"a"


def test_a_bare_repository_has_revisions(write: Write, git: Git, commit: Git, tmp_path: Path) -> None:
    write({"a.py": "a"})
    commit()
    bare = tmp_path / "bare"
    git("clone", "--quiet", "--bare", str(tmp_path), str(bare))
    with GitTree(bare, "main") as tree:
        assert tree.read("a.py") == b"a"
    with IndexTree(bare) as tree:
        assert list(tree.list()) == []


@pytest.mark.parametrize("ref", ["nowhere", "v1:app/b.py:x", "a b", "0000000000000000000000000000000000000000"])
def test_an_unknown_revision_says_so(project: Path, ref: str) -> None:
    with pytest.raises(TreeError) as raised:
        GitTree(project, ref)
    assert "is no revision" in str(raised.value) or "not a tree" in str(raised.value)


@pytest.mark.parametrize("ref", ["", "--output=x", "-r"])
def test_what_git_would_take_for_an_option(project: Path, ref: str) -> None:
    with pytest.raises(TreeError, match="is not a git revision: name a branch, a tag or a commit"):
        GitTree(project, ref)


def test_outside_of_a_repository(tmp_path: Path) -> None:
    with pytest.raises(TreeError, match="is not in a git repository: name a folder of a checkout"):
        GitTree(tmp_path, "HEAD")
    with pytest.raises(TreeError, match="is not in a git repository: name a folder of a checkout"):
        IndexTree(tmp_path)
    with pytest.raises(TreeError, match="is not a folder"):
        GitTree(tmp_path / "nowhere", "HEAD")


def test_without_commits(write: Write, git: Git, tmp_path: Path) -> None:
    write("a.py")
    git("add", "a.py")
    with pytest.raises(TreeError, match="has no commits yet"):
        GitTree(tmp_path, "HEAD")
    with IndexTree(tmp_path) as tree:
        assert list(tree.list()) == ["a.py"]


def test_without_git(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(project))
    with pytest.raises(TreeError, match="git was not found: install it and put it on PATH"):
        GitTree(project, "HEAD")


@pytest.mark.skipif(os.name != "posix", reason="writes shell scripts")
def test_nothing_of_the_repository_is_run(project: Path, git: Git) -> None:
    script = project / "run.sh"
    script.write_text(f"#!/bin/sh\ntouch '{project}/was-run'\ncat\n")
    script.chmod(0o755)
    git("config", "core.fsmonitor", str(script))
    git("config", "core.pager", str(script))
    git("config", "diff.sql.textconv", str(script))
    git("config", "filter.sql.smudge", str(script))
    (project / ".gitattributes").write_text("*.sql diff=sql filter=sql\n")
    hooks = project / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-index-change", "post-checkout", "reference-transaction"):
        (hooks / name).symlink_to(script)
    for tree in (GitTree(project, "HEAD"), IndexTree(project)):
        with tree:
            assert tree.read("app/x y/é.sql") == "é".encode()
    assert not (project / "was-run").exists()
