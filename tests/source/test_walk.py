from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemalint.source.tree import FolderTree, OverlayTree, Refuse, Skip, TreeError, refuse_silently, skip_nothing
from schemalint.source.tree_git import GitTree, IndexTree
from schemalint.source.walk import Skipped, is_source, walk

Write = Callable[..., None]
Git = Callable[..., str]


@pytest.fixture
def files(tmp_path: Path) -> Callable[..., list[str]]:
    """The files of a walk over `tmp_path`."""

    def of_walk(*given: str, **options: object) -> list[str]:
        return list(walk(FolderTree(tmp_path), given, **options).files)  # type: ignore[arg-type]

    return of_walk


Files = Callable[..., list[str]]


def test_python_and_sql_are_examined(write: Write, files: Files) -> None:
    write("b/models.py", "a/schema.sql", "c.pyi", "README.md", "n.ipynb", "alembic.ini", "d.py.bak", "py", "app 1/é.py")
    assert files() == ["a/schema.sql", "app 1/é.py", "b/models.py"]
    assert is_source("a.py")
    assert not is_source("a.pyi")


def test_folders_of_tools_are_left_out(write: Write, files: Files) -> None:
    write("a.py", "src/build/b.py", ".venv/lib/c.py", "web/node_modules/d.py", "x/__pycache__/e.py", "dist/f.py")
    write("builder/g.py", "build.py")
    assert files() == ["a.py", "build.py", "builder/g.py"]


def test_a_virtual_environment_of_any_name_is_left_out(write: Write, files: Files) -> None:
    write("a.py", "env311/pyvenv.cfg", "env311/lib/python3.11/b.py", "env/c.py")
    assert files() == ["a.py", "env/c.py"]


class TestGiven:
    def test_files_and_folders(self, write: Write, files: Files, tmp_path: Path) -> None:
        write("a/b.py", "a/c.py", "d/e.py", "f.py")
        assert files("a", "f.py") == ["a/b.py", "a/c.py", "f.py"]
        assert files("a/b.py", "a", "./a/b.py", "d/../a/b.py", "a/") == ["a/b.py", "a/c.py"]
        assert files(str(tmp_path / "d")) == ["d/e.py"]
        assert files(".") == files() == ["a/b.py", "a/c.py", "d/e.py", "f.py"]

    def test_a_file_is_taken_though_it_is_ignored_or_excluded(self, write: Write, files: Files) -> None:
        write({".gitignore": "gen/\n"}, "gen/a.py", "build/b.py", "old/c.py")
        assert files("gen/a.py", "build/b.py", "old/c.py", exclude=["old"]) == ["build/b.py", "gen/a.py", "old/c.py"]

    def test_a_folder_is_taken_though_it_is_ignored_or_excluded(self, write: Write, files: Files) -> None:
        write({".gitignore": "gen/\n*_tmp.py\n"}, "gen/a.py", "gen/a_tmp.py", "gen/old/b.py", "gen/node_modules/c.py")
        assert files() == []
        assert files("gen") == ["gen/a.py", "gen/old/b.py"]
        assert files("gen/old") == ["gen/old/b.py"]
        assert files("gen", exclude=["old/"]) == ["gen/a.py"]
        assert files("gen", exclude=["gen/", "old/"]) == ["gen/a.py"]

    def test_force_exclude_holds_for_what_is_given(self, write: Write, tmp_path: Path) -> None:
        write({".gitignore": "gen/\n"}, "gen/a.py", "build/b.py", "old/c.py", "old/d_pb2.py", "e_pb2.py", "f.py")
        given = ["gen/a.py", "build/b.py", "build", "old", "e_pb2.py", "f.py"]
        walked = walk(FolderTree(tmp_path), given, exclude=["old", "*_pb2.py"], force_exclude=True)
        assert walked.files == ("f.py",)
        assert [(skip.path, skip.reason, skip.error) for skip in walked.skipped] == [
            ("build", "is excluded", False),
            ("build/b.py", "is excluded", False),
            ("e_pb2.py", "is excluded", False),
            ("gen/a.py", "is excluded", False),
            ("old", "is excluded", False),
        ]

    def test_what_does_not_exist_is_an_error(self, write: Write, tmp_path: Path) -> None:
        write("a.py", "p/b.py")
        walked = walk(FolderTree(tmp_path / "p"), ["nowhere.py", "../a.py", "/", "", "b\0.py", "b.py/"])
        assert walked.files == ("b.py",)
        root = tmp_path / "p"
        assert walked.skipped == (
            Skipped("../a.py", f"is outside of {root}", error=True),
            Skipped("/", f"is outside of {root}", error=True),
            Skipped("b\0.py", "does not exist, or is not a regular file", error=True),
            Skipped("nowhere.py", "does not exist, or is not a regular file", error=True),
        )

    def test_other_files_are_skipped_with_a_reason(self, write: Write, tmp_path: Path) -> None:
        write("a.py", "n.ipynb", "README.md")
        walked = walk(FolderTree(tmp_path), ["n.ipynb", "README.md"])
        assert walked.files == ()
        assert walked.skipped == (
            Skipped("README.md", "is neither a Python nor an SQL file"),
            Skipped("n.ipynb", "is a notebook: notebooks are not read"),
        )

    def test_paths_under_a_root_behind_a_link(self, write: Write, tmp_path: Path) -> None:
        write("real/a.py")
        (tmp_path / "link").symlink_to("real")
        assert walk(FolderTree(tmp_path / "link"), [str(tmp_path / "real" / "a.py")]).files == ("a.py",)


class TestIgnoreFiles:
    def test_at_every_level(self, write: Write, files: Files) -> None:
        write("a.py", "app/a.py", "app/b.py", "app/sub/b.py", "app/sub/c.py", "c.py", "gen.sql")
        write({".gitignore": "/a.py\n*.sql\n", "app/.gitignore": "/b.py\n", "app/sub/.gitignore": "c.py\r\n# d\r\n"})
        assert files() == ["app/a.py", "app/sub/b.py", "c.py"]
        assert files("app/sub") == ["app/sub/b.py"]
        assert files(respect_gitignore=False) == [
            "a.py",
            "app/a.py",
            "app/b.py",
            "app/sub/b.py",
            "app/sub/c.py",
            "c.py",
            "gen.sql",
        ]

    def test_the_innermost_has_the_last_word(self, write: Write, files: Files) -> None:
        write({".gitignore": "*.sql\n!keep.sql\n", "app/.gitignore": "!*.sql\nkeep.sql\n"})
        write("a.sql", "keep.sql", "app/a.sql", "app/keep.sql")
        assert files() == ["app/a.sql", "keep.sql"]

    def test_nothing_below_an_ignored_folder_comes_back(self, write: Write, files: Files) -> None:
        write({".gitignore": "gen/\n!gen/a.py\n", "gen/.gitignore": "!*"}, "gen/a.py", "b.py")
        assert files() == ["b.py"]

    def test_lines_that_are_no_patterns(self, write: Write, files: Files, tmp_path: Path) -> None:
        (tmp_path / ".gitignore").write_bytes(b"\xef\xbb\xbfa.py\n!\n\\\n[\n[z-a]\ncaf\xe9\n\n   \n/\nb.py")
        write("a.py", "b.py", "c.py")
        assert files() == ["c.py"]

    def test_a_folder_named_gitignore(self, write: Write, files: Files) -> None:
        write(".gitignore/a.py")
        assert files() == [".gitignore/a.py"]

    def test_above_the_root_and_in_the_repository(self, write: Write, git: Git, tmp_path: Path) -> None:
        write("p/a.py", "p/b.py", "p/c.py", "p/sub/b.py", "p/d.py", "b.py")
        write({".gitignore": "/p/b.py\n/a.py\nd.py\n", "p/.gitignore": "!d.py\n"})
        write({".git/info/exclude": "c.py\n"})
        assert walk(FolderTree(tmp_path / "p")).files == ("a.py", "d.py", "sub/b.py")

    def test_an_ignored_root_was_asked_for(self, write: Write, git: Git, tmp_path: Path) -> None:
        write({".gitignore": "vendor/\n*.sql\n"}, "vendor/p/a.py", "vendor/p/b.sql")
        assert walk(FolderTree(tmp_path / "vendor" / "p")).files == ("a.py",)

    def test_above_the_root_without_a_repository(self, write: Write, tmp_path: Path) -> None:
        write({".gitignore": "*.py\n"}, "p/a.py")
        assert walk(FolderTree(tmp_path / "p")).files == ("a.py",)

    def test_in_a_linked_work_tree(
        self, write: Write, git: Git, commit: Git, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        write("a.py", "b.py")
        commit()
        write({".git/info/exclude": "b.py\n"})
        linked = tmp_path_factory.mktemp("linked") / "tree"
        git("worktree", "add", "--quiet", str(linked))
        assert walk(FolderTree(linked)).files == ("a.py",)

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        st.lists(
            st.sampled_from(
                ["*.sql", "!b.sql", "/a", "a/", "a/*", "!a/b.py", "**/c/", "c/**", "a/**/b.py", "b.*", "[ab].sql", "d"]
            ),
            max_size=4,
        ),
        st.lists(st.sampled_from(["*.py", "!*.sql", "/b.sql", "c", "!b.py", "c/*.sql"]), max_size=3),
    )
    def test_as_git_reads_them(self, git: Git, tmp_path: Path, outer: list[str], inner: list[str]) -> None:
        for folder in ("", "a/", "a/c/", "c/", "c/a/", "d/"):
            for name in ("a.py", "b.py", "b.sql"):
                (tmp_path / folder).mkdir(exist_ok=True)
                (tmp_path / folder / name).touch()
        (tmp_path / ".gitignore").write_text("\n".join(outer))
        (tmp_path / "a" / ".gitignore").write_text("\n".join(inner))
        listed = git("ls-files", "--others", "--exclude-standard", "-z").split("\0")
        expected = sorted(path for path in listed if is_source(path))
        assert list(walk(FolderTree(tmp_path)).files) == expected


class TestExclude:
    def test_patterns_are_those_of_ignore_files(self, write: Write, files: Files) -> None:
        write(
            "migrations/old/1.py", "migrations/2.py", "app/x_pb2.py", "app/y.py", "old/3.py", "app/migrations/old/4.py"
        )
        assert files(exclude=["migrations/old/", "*_pb2.py"]) == [
            "app/migrations/old/4.py",
            "app/y.py",
            "migrations/2.py",
            "old/3.py",
        ]
        assert files(exclude=["/old", "app/**"]) == ["migrations/2.py", "migrations/old/1.py"]

    def test_they_are_relative_to_the_settings(self, write: Write, files: Files) -> None:
        write("backend/old/1.py", "backend/2.py", "old/3.py")
        assert files(exclude=["/old", "2.py"], settings_folder="backend") == ["old/3.py"]

    def test_a_negated_pattern_takes_back(self, write: Write, files: Files) -> None:
        write({".gitignore": "gen/\n"}, "build/a.py", "dist/b.py", "gen/c.py", "gen/d.py")
        assert files(exclude=["!build/", "!gen/", "d.py"]) == ["build/a.py", "gen/c.py"]

    @pytest.mark.parametrize("pattern", ["", "!", "# note", "[z-a]", "/"])
    def test_what_is_no_pattern(self, write: Write, files: Files, pattern: str) -> None:
        with pytest.raises(TreeError, match="in `exclude` is not a pattern: write it as in"):
            files(exclude=["a", pattern])


class TestSkipped:
    def test_links_that_lead_astray(self, write: Write, tmp_path: Path) -> None:
        write("p/a.py", "outside.py", "notes.txt")
        project = tmp_path / "p"
        (project / "out.py").symlink_to("../outside.py")
        (project / "notes").symlink_to("../notes.txt")
        (project / "loop").symlink_to(".")
        (project / "ignored.py").symlink_to("nowhere")
        walked = walk(FolderTree(project), exclude=["ignored.py"])
        assert walked.files == ("a.py",)
        assert walked.skipped == (
            Skipped("out.py", "is a link that leads nowhere, or out of the folder that is checked"),
        )
        assert walk(FolderTree(project), ["out.py"]).files == ("out.py",)

    @pytest.mark.skipif(sys.platform != "linux", reason="needs a file system that takes any bytes")
    def test_names_that_are_not_utf8_can_be_printed(self, tmp_path: Path) -> None:
        for name in (b"/caf\xe9.py", b"/caf\xe9.txt"):
            os.close(os.open(os.fsencode(tmp_path) + name, os.O_CREAT))
        expected = (Skipped("caf\\udce9.py", "has a name that is not valid UTF-8"),)
        assert walk(FolderTree(tmp_path)).skipped == expected
        assert walk(FolderTree(tmp_path), ["caf\udce9.py"]).skipped == expected

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
    def test_an_unreadable_folder_is_an_error(self, write: Write, tmp_path: Path) -> None:
        write("a.py", "closed/b.py")
        (tmp_path / "closed").chmod(0)
        try:
            expected = (Skipped("closed", "cannot be read: Permission denied", error=True),)
            assert walk(FolderTree(tmp_path)).skipped == expected
        finally:
            (tmp_path / "closed").chmod(0o700)


def test_all_trees_are_walked_alike(write: Write, git: Git, commit: Git, tmp_path: Path) -> None:
    write({".gitignore": "gen/\n"}, "a.py", "gen/b.py", "build/c.py", "app/d.sql", "app/env/pyvenv.cfg", "app/env/e.py")
    git("add", "--force", "gen/b.py")
    commit()
    for tree in (FolderTree(tmp_path), GitTree(tmp_path, "HEAD"), IndexTree(tmp_path)):
        assert walk(tree).files == ("a.py", "app/d.sql")
        assert walk(tree, ["app", "gen/b.py"]).files == ("app/d.sql", "gen/b.py")
        assert walk(tree, ["nowhere"]).skipped[0].error
        tree.close()


def test_standard_input_under_a_name(write: Write, tmp_path: Path) -> None:
    write("a.py")
    tree = OverlayTree(FolderTree(tmp_path), {"app/new.py": b"x = 1"})
    assert walk(tree, ["app/new.py"]).files == ("app/new.py",)
    assert walk(tree).files == ("a.py", "app/new.py")
    assert walk(tree, ["app/new.py"], exclude=["app"], force_exclude=True).files == ()


def test_what_is_ignored_is_not_read(write: Write, tmp_path: Path) -> None:
    write({".gitignore": "gen/\n"}, "a.py", "gen/deep/b.py", "node_modules/c/d.py", "old/e/f.py")
    read: list[str] = []

    class Watched(FolderTree):
        def list(self, under: str = "", skip: Skip = skip_nothing, refuse: Refuse = refuse_silently) -> Iterator[str]:
            def watched(folder: str) -> bool:
                left_out = skip(folder)
                read.extend([] if left_out else [folder])
                return left_out

            return super().list(under, watched, refuse)

    assert walk(Watched(tmp_path), exclude=["old"]).files == ("a.py",)
    assert read == []


def test_without_patterns_none_are_compiled(write: Write, tmp_path: Path) -> None:
    write("a.py", "app/b.py")
    script = f"""
import sys
from pathlib import Path
from schemalint.source.tree import FolderTree
from schemalint.source.walk import walk
print(*walk(FolderTree(Path({str(tmp_path)!r}))).files, "pathspec" in sys.modules)
"""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.split() == ["a.py", "app/b.py", "False"]
