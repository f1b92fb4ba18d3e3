"""Questions to git, by its executable: where a repository starts, what is released, what a revision holds.

Nothing that a repository's configuration names is run: no hook, no file system monitor, no pager, no filter; and
nothing is fetched. Every call has a time limit.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

import msgspec

from schemalint.source.tree import TreeError

TIMEOUT = 60.0
"""Seconds that one question to git may take."""

_OPTIONS = (
    "--no-pager",
    "--literal-pathspecs",
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
)

_SETTINGS = {
    "LC_ALL": "C",
    "LANGUAGE": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",  # a partial clone would fetch the blobs it lacks
    "GIT_ALLOW_PROTOCOL": "none",  # says the same to git before 2.44
    "GIT_TERMINAL_PROMPT": "0",
}

_REPOSITORY_VARIABLES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY")
"""What git sets for hooks to say which repository they run in. The values are paths."""

_DROPPED_VARIABLES = {*_REPOSITORY_VARIABLES, "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS"}
"""Those, and what contradicts `--literal-pathspecs`."""

_DEFAULT_BRANCHES = (
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
)


class Released(msgspec.Struct, frozen=True):
    """The files that are released: present where HEAD left the default branch."""

    paths: frozenset[str] = frozenset()
    """Relative to the folder that was asked for."""
    branch: str | None = None
    """The branch that counts as released, `origin/main`."""
    commit: str | None = None
    """The merge base of HEAD with that branch."""
    reason: str = ""
    """Why it is not known what is released; empty when it is known."""


def repository_root(folder: Path) -> Path | None:
    """The top folder of the work tree that a folder belongs to. None outside of one, or without git."""
    try:
        top = run_git(folder, "rev-parse", "--show-toplevel")
    except TreeError:
        return None
    return Path(os.fsdecode(top.rstrip(b"\r\n")))


def default_branch(folder: Path) -> str | None:
    """The branch that work is merged into: where origin/HEAD leads, else main or master, of origin before local.

    None if there is no such branch, or no repository.
    """
    try:
        return _default_branch(folder)
    except TreeError:
        return None


def merge_base(folder: Path, one: str, other: str) -> str | None:
    """The id of the commit where two revisions part. None if they share none, as far as a shallow clone knows."""
    try:
        return _merge_base(folder, one, other)
    except TreeError:
        return None


def paths_at(folder: Path, ref: str, under: str = "") -> frozenset[str]:
    """The files below `folder/under` at a revision, relative to it. Raises `TreeError` for a revision git lacks."""
    prefix = f"{under}/" if under else ""
    listed = run_git(folder, "ls-tree", "-r", "-z", "--name-only", valid_ref(ref), *(("--", prefix) if prefix else ()))
    return frozenset(name[len(prefix) :] for name in decode(listed).split("\0") if name)


def released(folder: Path, branch: str | None = None) -> Released:
    """Which files below a folder are released: those at the merge base of HEAD with the default branch.

    `branch` takes the default branch's place. What cannot be known has a reason; nothing is raised.
    """
    try:
        branch = branch or _default_branch(folder)
        if branch is None:
            return Released(reason="the repository has no branch main or master, and origin/HEAD is not set")
        commit = _merge_base(folder, "HEAD", branch)
        if commit is None:
            return Released(branch=branch, reason=_why_no_base(folder, branch))
        return Released(paths_at(folder, commit), branch, commit)
    except TreeError as error:
        return Released(branch=branch, reason=str(error))


def _default_branch(folder: Path) -> str | None:
    listed = decode(run_git(folder, "for-each-ref", "--format=%(refname) %(symref)", *_DEFAULT_BRANCHES))
    found = {name: target for name, _, target in (line.partition(" ") for line in listed.splitlines())}
    for name in _DEFAULT_BRANCHES:
        if name in found:
            return (found[name] or name).removeprefix("refs/remotes/").removeprefix("refs/heads/")
    return None


def _merge_base(folder: Path, one: str, other: str) -> str | None:
    arguments = ("merge-base", valid_ref(one), valid_ref(other))
    status, out, err = _ask(folder, *arguments)
    if status > 1:
        raise TreeError(_explain(folder, arguments, err))
    return decode(out).strip() or None


def _why_no_base(folder: Path, branch: str) -> str:
    if decode(run_git(folder, "rev-parse", "--is-shallow-repository")).strip() == "true":
        return (
            f"the clone is shallow and does not reach the commit that HEAD shares with {branch}: "
            "fetch the whole history (`git fetch --unshallow`; `fetch-depth: 0` for actions/checkout)"
        )
    return f"HEAD and {branch} share no commit"


def run_git(folder: Path, *arguments: str) -> bytes:
    """What a git command prints, run in a folder. Raises `TreeError` with the reason if it fails."""
    status, out, err = _ask(folder, *arguments)
    if status != 0:
        raise TreeError(_explain(folder, arguments, err))
    return out


def start_git(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """A git process that is spoken to through its pipes. Raises `TreeError` if it cannot be started."""
    command = _command(folder, arguments)
    return subprocess.Popen(  # noqa: S603 - the executable is an absolute path, and no shell reads the arguments
        command,
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def valid_ref(ref: str) -> str:
    """The ref itself. Raises `TreeError` for what git would take as an option, which no ref can be."""
    if not ref or ref.startswith("-"):
        raise TreeError(f"`{ref}` is not a git revision: name a branch, a tag or a commit")
    return ref


def decode(output: bytes) -> str:
    """Names as git prints them; bytes that are not UTF-8 are kept as surrogates."""
    return output.decode("utf-8", "surrogateescape")


def _ask(folder: Path, *arguments: str) -> tuple[int, bytes, str]:
    return _call(folder, arguments, _environment(folder))


def _call(folder: Path, arguments: tuple[str, ...], environment: dict[str, str]) -> tuple[int, bytes, str]:
    command = _command(folder, arguments)
    try:
        done = subprocess.run(  # noqa: S603 - the executable is an absolute path, and no shell reads the arguments
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TreeError(f"`git {arguments[0]}` in {folder} took more than {TIMEOUT:.0f} seconds") from None
    except OSError as error:
        raise TreeError(f"git cannot be run in {folder}: {error.strerror}") from error
    return done.returncode, done.stdout, decode(done.stderr)


def _command(folder: Path, arguments: tuple[str, ...]) -> list[str]:
    git = shutil.which("git")
    # On Windows the current folder is searched first: a git.exe that lies in a checkout must not run.
    if git is None or not os.path.isabs(git):
        raise TreeError("git was not found: install it and put it on PATH")
    if not folder.is_dir():
        raise TreeError(f"{folder} is not a folder: name an existing one")
    return [git, *_OPTIONS, *arguments]


def _explain(folder: Path, arguments: tuple[str, ...], stderr: str) -> str:
    if "not a git repository" in stderr:
        return f"{folder} is not in a git repository: name a folder of a checkout"
    if "dubious ownership" in stderr:
        return (
            f"git does not trust the repository of {folder}, which belongs to another user: "
            f"allow it with `git config --global --add safe.directory {folder}`"
        )
    unknown = stderr.partition("Not a valid object name ")[2].partition("\n")[0]
    if unknown == "HEAD":
        return f"the repository of {folder} has no commits yet"
    if unknown:
        return f"`{unknown}` is no revision in the repository of {folder}: fetch it, or name a branch, tag or commit"
    lines = stderr.strip().splitlines() or ["no reason given"]
    return f"`git {arguments[0]}` failed in {folder}: {lines[-1].removeprefix('fatal: ')}"


def _environment(folder: Path) -> dict[str, str]:
    """The environment for git in a folder.

    A hook's environment names its repository. It is passed on for that repository (the index of a `git commit -a`
    is another file than the usual one) and dropped for any other, which git would take for it.
    """
    given = tuple((name, os.environ[name]) for name in _REPOSITORY_VARIABLES if os.environ.get(name))
    plain = {name: value for name, value in os.environ.items() if name not in _DROPPED_VARIABLES} | _SETTINGS
    return plain | _passed_on(folder, given, Path.cwd()) if given else plain


@lru_cache(maxsize=64)
def _passed_on(folder: Path, given: tuple[tuple[str, str], ...], cwd: Path) -> dict[str, str]:
    """What of a hook's variables holds for a folder.

    Where git finds the same repository without `GIT_DIR`, that one is left out: with it, and without
    `GIT_WORK_TREE`, git takes the folder it runs in for the top of the work tree.
    """
    plain = {name: value for name, value in os.environ.items() if name not in _DROPPED_VARIABLES} | _SETTINGS
    question = ("rev-parse", "--absolute-git-dir", "--git-path", "index", "--git-path", "objects", "--show-toplevel")
    theirs = decode(_call(cwd, question, plain | dict(given))[1]).splitlines()
    ours = decode(_call(folder, question, plain)[1]).splitlines()
    if not theirs:
        return {}
    stores = {"GIT_INDEX_FILE": str(cwd / theirs[1]), "GIT_OBJECT_DIRECTORY": str(cwd / theirs[2])}
    if ours:
        return stores if ours[0] == theirs[0] else {}
    top = theirs[3] if len(theirs) > 3 else ""
    if top and Path(os.path.realpath(folder)).is_relative_to(top):
        return stores | {"GIT_DIR": theirs[0], "GIT_WORK_TREE": top}
    return {}
