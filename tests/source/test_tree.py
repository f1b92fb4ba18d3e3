from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from schemalint.source.tree import FolderTree, OverlayTree, SourceTree, TreeError

Write = Callable[..., None]


def refusals(tree: SourceTree, under: str = "") -> dict[str, str]:
    refused: dict[str, str] = {}
    list(tree.list(under, refuse=refused.__setitem__))
    return refused


def test_paths_are_sorted_as_strings_and_use_slashes(write: Write, tmp_path: Path) -> None:
    write("b.py", "a/z.py", "a-b.py", "a/c/d.sql", "a.py", "A.py", "a/with space.py")
    paths = list(FolderTree(tmp_path).list())
    assert paths == ["A.py", "a-b.py", "a.py", "a/c/d.sql", "a/with space.py", "a/z.py", "b.py"]
    assert paths == sorted(paths)


def test_listing_a_folder_within(write: Write, tmp_path: Path) -> None:
    write("a/b/c.py", "a/d.py", "ab/e.py")
    tree = FolderTree(tmp_path)
    assert list(tree.list("a")) == ["a/b/c.py", "a/d.py"]
    assert list(tree.list("a/b")) == ["a/b/c.py"]
    assert list(tree.list("nowhere")) == []


def test_a_skipped_folder_is_not_read(write: Write, tmp_path: Path) -> None:
    write("a/b/c.py", "a/d.py", "node_modules/deep/x.py")
    asked: list[str] = []

    def skip(folder: str) -> bool:
        asked.append(folder)
        return folder == "node_modules"

    assert list(FolderTree(tmp_path).list(skip=skip)) == ["a/b/c.py", "a/d.py"]
    assert sorted(asked) == ["a", "a/b", "node_modules"]


def test_read_exists_is_folder(write: Write, tmp_path: Path) -> None:
    write({"a/b.py": "x = 'é'\r\n"})
    tree = FolderTree(tmp_path)
    assert tree.root == tmp_path
    assert tree.read("a/b.py") == "x = 'é'\r\n".encode()
    assert tree.exists("a/b.py")
    assert not tree.exists("a")
    assert tree.is_folder("a")
    assert tree.is_folder("")
    assert not tree.is_folder("a/b.py")
    with pytest.raises(OSError, match=r"c\.py"):
        tree.read("a/c.py")


def test_a_root_that_is_no_folder(write: Write, tmp_path: Path) -> None:
    write("a.py")
    for root in (tmp_path / "nowhere", tmp_path / "a.py"):
        with pytest.raises(TreeError, match="is not a folder: name an existing one"):
            FolderTree(root)


def test_a_relative_root_outlives_a_change_of_folder(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write({"p/a.py": "1"}, "q/b.py")
    monkeypatch.chdir(tmp_path)
    tree = FolderTree(Path("p"))
    monkeypatch.chdir(tmp_path / "q")
    assert tree.read("a.py") == b"1"


def test_links(write: Write, tmp_path: Path) -> None:
    write({"p/a.py": "a", "outside.py": "secret"}, "p/folder/b.py")
    project = tmp_path / "p"
    (project / "file.py").symlink_to("a.py")
    (project / "folder" / "loop").symlink_to(project)
    (project / "other").symlink_to("folder")
    (project / "out.py").symlink_to("../outside.py")
    (project / "dangling.py").symlink_to("nowhere.py")
    (project / "self.py").symlink_to("self.py")
    tree = FolderTree(project)
    assert list(tree.list()) == ["a.py", "file.py", "folder/b.py"]
    assert tree.read("file.py") == b"a"
    refused = refusals(tree)
    assert sorted(refused) == ["dangling.py", "out.py", "self.py"]
    assert set(refused.values()) == {"is a link that leads nowhere, or out of the folder that is checked"}
    assert list(tree.list("other")) == ["other/b.py"]


def test_a_root_behind_a_link(write: Write, tmp_path: Path) -> None:
    write("real/a.py")
    (tmp_path / "real" / "b.py").symlink_to("a.py")
    (tmp_path / "link").symlink_to("real")
    assert list(FolderTree(tmp_path / "link").list()) == ["a.py", "b.py"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    assert list(FolderTree(tmp_path).list()) == []
    assert not FolderTree(tmp_path).exists("pipe.py")


@pytest.mark.skipif(os.name != "posix", reason="needs a file system that takes any bytes")
def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "é.py").touch()
    try:
        os.close(os.open(os.fsencode(tmp_path) + b"/caf\xe9.py", os.O_CREAT))
    except OSError:
        pytest.skip("the file system takes only UTF-8")
    os.mkdir(os.fsencode(tmp_path) + b"/d\xff")
    tree = FolderTree(tmp_path)
    assert list(tree.list()) == ["é.py"]
    assert refusals(tree) == {
        "caf\udce9.py": "has a name that is not valid UTF-8",
        "d\udcff/": "has a name that is not valid UTF-8",
    }


@pytest.mark.skipif(os.name != "posix", reason="goes down by file descriptors")
def test_a_folder_too_deep_to_be_read_is_refused(write: Write, tmp_path: Path) -> None:
    write("a.py")
    name = "d" * 200
    at = os.open(tmp_path, os.O_RDONLY)
    for _ in range(22):
        os.mkdir(name, dir_fd=at)
        below = os.open(name, os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(at)
    tree = FolderTree(tmp_path)
    assert list(tree.list()) == ["a.py"]
    [(path, reason)] = refusals(tree).items()
    assert path.endswith(f"{name}/")
    assert reason == "cannot be read: File name too long"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_folder_is_refused(write: Write, tmp_path: Path) -> None:
    write("a.py", "closed/b.py")
    (tmp_path / "closed").chmod(0)
    try:
        tree = FolderTree(tmp_path)
        assert list(tree.list()) == ["a.py"]
        assert refusals(tree) == {"closed/": "cannot be read: Permission denied"}
    finally:
        (tmp_path / "closed").chmod(0o700)


@pytest.mark.skipif(os.name != "posix", reason="needs long paths")
def test_more_folders_deep_than_python_recurses(tmp_path: Path) -> None:
    folders = [f"{tmp_path}/d" + "/d" * depth for depth in range(1200)]
    for folder in folders:
        os.mkdir(folder)
    try:
        Path(folders[-1], "a.py").touch()
        assert list(FolderTree(tmp_path).list()) == ["d/" * 1200 + "a.py"]
    finally:
        os.remove(f"{folders[-1]}/a.py")
        for folder in reversed(folders):
            os.rmdir(folder)


def test_a_buffer_hides_the_file_below_it(write: Write, tmp_path: Path) -> None:
    write({"a/b.py": "saved", "a/c.py": "c"})
    tree = OverlayTree(FolderTree(tmp_path), {"a/b.py": b"typed", "a/new/d.py": b"", "e.py": b"e"})
    assert tree.root == tmp_path
    assert tree.read("a/b.py") == b"typed"
    assert tree.read("a/c.py") == b"c"
    assert tree.read("a/new/d.py") == b""
    assert list(tree.list()) == ["a/b.py", "a/c.py", "a/new/d.py", "e.py"]
    assert list(tree.list("a")) == ["a/b.py", "a/c.py", "a/new/d.py"]
    assert list(tree.list(skip=lambda folder: folder == "a/new")) == ["a/b.py", "a/c.py", "e.py"]
    assert tree.exists("e.py")
    assert tree.is_folder("a/new")
    assert not tree.is_folder("e.py")
    with pytest.raises(FileNotFoundError):
        tree.read("nowhere.py")


def test_later_changes_of_the_given_buffers_do_not_reach_the_tree(tmp_path: Path) -> None:
    buffers = {"a.py": b"1"}
    tree = OverlayTree(FolderTree(tmp_path), buffers)
    buffers["a.py"] = b"2"
    assert tree.read("a.py") == b"1"
