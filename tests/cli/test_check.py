"""`schemalint check`: every flag, by what it changes for who runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
SECOND = "migrations/versions/002_email.py"


def codes(result: Result) -> list[str]:
    """The codes in a report as JSON."""
    return [diagnostic["code"] for diagnostic in json.loads(result.stdout)]


def check(run: Run, *arguments: str) -> list[str]:
    return codes(run("check", "--output-format", "json", *arguments))


def test_an_error_is_reported_with_its_source_and_exit_code(run: Run, shop: Path) -> None:
    result = run("check")
    assert result.exit_code == 1
    assert "error[non-concurrent-index]" in result.stdout
    assert f"--> {SECOND}:9:5" in result.stdout
    assert "Found 1 error." in result.stdout
    assert result.stderr == ""


def test_a_clean_project_passes(run: Run, shop: Path) -> None:
    (shop / SECOND).unlink()
    result = run("check")
    assert result.exit_code == 0
    assert "All checks passed!" in result.stdout


class TestSelection:
    @pytest.fixture(autouse=True)
    def without_downgrade(self, shop: Path) -> None:
        """Another finding, MIG001, in the second revision."""
        text = (shop / SECOND).read_text()
        (shop / SECOND).write_text(text.partition("def downgrade")[0].rstrip() + "\n")

    def test_everything_applies(self, run: Run) -> None:
        assert sorted(check(run)) == ["LCK001", "MIG001"]

    @pytest.mark.parametrize("selector", ["LCK001", "LCK", "locking", "non-concurrent-index"])
    def test_select_by_any_kind_of_selector(self, run: Run, selector: str) -> None:
        assert check(run, "--select", selector) == ["LCK001"]

    def test_a_list_with_commas_is_as_good_as_a_repeated_flag(self, run: Run) -> None:
        assert sorted(check(run, "--select", "LCK,MIG001")) == ["LCK001", "MIG001"]
        assert sorted(check(run, "--select", "LCK", "--select", "MIG001")) == ["LCK001", "MIG001"]

    def test_ignore(self, run: Run) -> None:
        assert check(run, "--ignore", "locking") == ["MIG001"]
        assert check(run, "--ignore", "locking,missing-downgrade") == []

    def test_extend_select(self, run: Run) -> None:
        assert sorted(check(run, "--select", "LCK", "--extend-select", "MIG001")) == ["LCK001", "MIG001"]

    @pytest.mark.parametrize(
        "value", ["migrations/versions/**:LCK", "other/**:MIG,migrations/**:HIS,LCK001", "002_email.py:locking"]
    )
    def test_per_file_ignores(self, run: Run, value: str) -> None:
        assert check(run, "--per-file-ignores", value) == ["MIG001"]

    @pytest.mark.parametrize("value", ["LCK", "migrations/**", ":LCK", "migrations/**:"])
    def test_per_file_ignores_that_are_no_pairs_are_refused(self, run: Run, value: str) -> None:
        result = run("check", "--per-file-ignores", value)
        assert result.exit_code == 2
        assert "write `legacy/**:TYP,IDX001`" in result.stderr

    def test_an_unknown_rule_is_refused_with_a_known_one(self, run: Run) -> None:
        result = run("check", "--select", "non-concurent-index")
        assert result.exit_code == 2
        assert "unknown rule or category `non-concurent-index`" in result.stderr
        assert "did you mean `non-concurrent-index`?" in result.stderr

    def test_profile(self, run: Run) -> None:
        found = json.loads(run("check", "--profile", "mvp", "--select", "LCK", "--output-format", "json").stdout)
        assert [diagnostic["severity"] for diagnostic in found] == ["warning"]


class TestExitCode:
    def test_warnings_pass_unless_they_are_to_fail(self, run: Run, shop: Path) -> None:
        arguments = ("check", "--profile", "mvp", "--select", "LCK")
        assert run(*arguments).exit_code == 0
        assert run(*arguments, "--fail-on", "warning").exit_code == 1
        assert run(*arguments, "--fail-on", "info").exit_code == 1

    def test_exit_zero_waves_findings_through(self, run: Run, shop: Path) -> None:
        assert run("check", "--exit-zero").exit_code == 0

    def test_exit_zero_waves_no_failure_through(self, run: Run, shop: Path) -> None:
        assert run("check", "--exit-zero", "missing.py").exit_code == 2

    def test_a_project_without_anything_to_examine_fails(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        result = run("check")
        assert result.exit_code == 2
        assert "nothing could be examined" in result.output


class TestOutput:
    def test_quiet_prints_diagnostics_only(self, run: Run, shop: Path) -> None:
        assert run("check", "-q", "--output-format", "concise").stdout.splitlines() == [
            line for line in run("check", "--output-format", "concise").stdout.splitlines() if line.startswith(SECOND)
        ]
        assert run("check", "-q").stdout.rstrip().splitlines()[-1] != ""
        assert "Found" not in run("check", "-q").stdout
        (shop / SECOND).unlink()
        assert run("check", "-q").output == ""

    def test_verbose_lists_what_was_skipped(self, run: Run, shop: Path) -> None:
        for number in range(8):
            (shop / f"link_{number}.py").symlink_to(shop / "nowhere.py")
        assert "link_7.py" not in run("check").stdout
        assert "link_7.py" in run("check", "-v").stdout

    def test_statistics_count_by_rule(self, run: Run, shop: Path) -> None:
        result = run("check", "--statistics")
        assert result.exit_code == 1
        assert result.stdout.splitlines()[0].split() == ["1", "error", "LCK001", "non-concurrent-index"]
        assert "-->" not in result.stdout

    def test_statistics_for_programs(self, run: Run, shop: Path) -> None:
        counted = json.loads(run("check", "--statistics", "--output-format", "json").stdout)
        assert [(rule["code"], rule["count"]) for rule in counted] == [("LCK001", 1)]

    def test_several_reports_of_one_run(self, run: Run, shop: Path) -> None:
        result = run("check", "--output-format", "concise", "--output-format", "sarif=out.sarif")
        assert result.stdout.startswith(SECOND)
        assert json.loads((shop / "out.sarif").read_text())["version"] == "2.1.0"
        assert sorted(path.name for path in shop.iterdir() if "out" in path.name) == ["out.sarif"]

    def test_the_settings_name_reports_too_relative_to_the_project(
        self, run: Run, shop: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with (shop / "pyproject.toml").open("a") as file:
            file.write('output-format = ["concise", "json=found.json"]\n')
        monkeypatch.chdir(shop / "migrations")
        assert run("check").stdout.startswith("versions/002_email.py:")
        assert codes_in(shop / "found.json") == ["LCK001"]

    def test_a_report_replaces_what_was_there_and_keeps_its_mode(self, run: Run, shop: Path) -> None:
        (shop / "out.json").write_text("old " * 10_000)
        (shop / "out.json").chmod(0o640)
        run("check", "--output-format", "json=out.json")
        assert codes_in(shop / "out.json") == ["LCK001"]
        assert (shop / "out.json").stat().st_mode & 0o777 == 0o640

    def test_a_report_may_go_to_a_device(self, run: Run, shop: Path) -> None:
        assert run("check", "--output-format", "json=/dev/null").exit_code == 1
        assert Path("/dev/null").is_char_device()

    @pytest.mark.parametrize(
        ("formats", "said"),
        [
            (["sarfi"], "did you mean `sarif`?"),
            (["xyz"], "there are full, concise"),
            (["json="], "names no file"),
            (["json=no/such/folder.json"], "make it first"),
            (["json", "full"], "two reports for standard output"),
            (["json=a", "full=a"], "two reports for a"),
        ],
    )
    def test_what_cannot_be_written_is_refused_before_the_run(
        self, run: Run, shop: Path, formats: list[str], said: str
    ) -> None:
        result = run("check", *(part for text in formats for part in ("--output-format", text)))
        assert result.exit_code == 2
        assert said in result.stderr
        assert result.stdout == ""


def codes_in(file: Path) -> list[str]:
    return [diagnostic["code"] for diagnostic in json.loads(file.read_text())]


class TestColor:
    @pytest.mark.parametrize(
        ("arguments", "environment", "colored"),
        [
            ([], {}, False),
            (["--color", "always"], {}, True),
            (["--color", "never"], {"FORCE_COLOR": "1"}, False),
            (["--color", "always"], {"NO_COLOR": "1"}, True),
            ([], {"FORCE_COLOR": "1"}, True),
            ([], {"CLICOLOR_FORCE": "1"}, True),
            ([], {"CLICOLOR_FORCE": "0"}, False),
            ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ],
    )
    def test_without_a_terminal(
        self, run: Run, shop: Path, arguments: list[str], environment: dict[str, str], colored: bool
    ) -> None:
        plain = {"NO_COLOR": None, "FORCE_COLOR": None, "CLICOLOR_FORCE": None, "CLICOLOR": None}
        result = run("check", *arguments, env=plain | environment)
        assert ("\x1b[" in result.stdout) is colored

    def test_a_file_is_never_coloured(self, run: Run, shop: Path) -> None:
        run("check", "--color", "always", "--output-format", "full=out.txt")
        assert "\x1b" not in (shop / "out.txt").read_text()


class TestFiles:
    def test_files_are_listed_with_their_roles(self, run: Run, shop: Path) -> None:
        (shop / "tool.py").write_text("print()\n")
        result = run("check", "--show-files")
        assert result.exit_code == 0
        rows = dict(reversed(line.split()) for line in result.stdout.splitlines())
        assert rows[SECOND] == "migration"
        assert rows["tool.py"] == "-"

    def test_only_those_given_are_listed(self, run: Run, shop: Path) -> None:
        result = run("check", "--show-files", "migrations/versions")
        assert [line.split()[1] for line in result.stdout.splitlines()] == [
            "migrations/versions/001_users.py",
            SECOND,
        ]

    def test_exclude(self, run: Run, shop: Path) -> None:
        result = run("check", "--exclude", "002_*,other/", "--show-files")
        assert SECOND not in result.stdout
        assert "001_users.py" in result.stdout

    def test_what_is_given_by_name_is_examined_in_spite_of_exclude(self, run: Run, shop: Path) -> None:
        assert check(run, "--exclude", "002_*", SECOND) == ["LCK001"]

    def test_unless_exclude_is_forced(self, run: Run, shop: Path) -> None:
        assert check(run, "--exclude", "002_*", "--force-exclude", SECOND) == []


class TestSettings:
    def test_they_are_shown_with_their_origin(self, run: Run, shop: Path) -> None:
        text = run("check", "--show-settings", "--profile", "mvp", "--config", "max-file-size = 7").stdout
        pyproject = shop / "pyproject.toml"
        assert f'database = ["postgresql:16"]  # {pyproject}:5' in text
        assert 'profile = "mvp"  # command line' in text
        assert "max-file-size = 7  # --config" in text
        assert 'fail-on = "error"  # default' in text
        assert "# warning LCK001 non-concurrent-index" in text

    def test_another_file_may_be_named(self, run: Run, shop: Path) -> None:
        (shop / "strict.toml").write_text('ignore = ["LCK"]\n')
        assert run("check", "--config", "strict.toml").exit_code == 0

    def test_a_setting_may_be_given_as_toml(self, run: Run, shop: Path) -> None:
        assert run("check", "--config", "ignore = ['LCK']").exit_code == 0

    def test_isolated_reads_no_file(self, run: Run, shop: Path) -> None:
        with (shop / "pyproject.toml").open("a") as file:
            file.write("ignore = ['LCK']\n")
        assert run("check").exit_code == 0
        assert check(run, "--isolated") == ["LCK001"]

    def test_they_are_looked_for_above_what_is_given(
        self, run: Run, shop: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
        found = json.loads(run("check", str(shop / "migrations"), "--output-format", "json").stdout)
        assert [diagnostic["path"] for diagnostic in found] == [SECOND]

    def test_options_of_a_rule_that_has_none_are_refused(self, run: Run, shop: Path) -> None:
        with (shop / "pyproject.toml").open("a") as file:
            file.write("[tool.schemalint.rules.missing-downgrade]\nx = 1\n")
        result = run("check")
        assert result.exit_code == 2
        assert "rules.missing-downgrade" in result.stderr


class TestCache:
    def test_the_second_run_takes_everything_from_it_and_says_the_same(self, run: Run, shop: Path) -> None:
        first, second = run("check"), run("check")
        assert "from the cache" not in first.stdout
        assert "3 from the cache" in second.stdout
        assert check(run) == ["LCK001"]

    def test_no_cache_makes_none(self, run: Run, shop: Path) -> None:
        run("check", "--no-cache")
        assert not (shop / ".schemalint_cache").exists()

    def test_changed_settings_are_not_taken_from_it(self, run: Run, shop: Path) -> None:
        assert run("check").exit_code == 1
        assert run("check").exit_code == 1
        with (shop / "pyproject.toml").open("a") as file:
            file.write("ignore = ['LCK']\n")
        assert run("check").exit_code == 0

    @pytest.mark.parametrize("content", [b"", b"no database " * 100])
    def test_a_broken_one_costs_nothing(self, run: Run, shop: Path, content: bytes) -> None:
        run("check")
        (shop / ".schemalint_cache" / "cache.sqlite").write_bytes(content)
        assert check(run) == ["LCK001"]


class TestReleased:
    def test_all_shows_what_is_only_counted(self, run: Run, shop: Path) -> None:
        text = (shop / "pyproject.toml").read_text()
        (shop / "pyproject.toml").write_text(text.replace("'001'", "'002'"))
        result = run("check")
        assert result.exit_code == 0
        assert "1 in released revisions; --all shows them." in result.stdout
        assert run("check", "--all").exit_code == 1
