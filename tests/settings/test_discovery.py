from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from schemalint.diagnostics import Severity
from schemalint.settings.discovery import load, project_root
from schemalint.settings.problems import SettingsError
from schemalint.settings.records import Settings, TargetSettings, decode_settings, encode_settings


class Rule(NamedTuple):
    code: str
    name: str
    category: str


RULES = [
    Rule("LCK001", "non-concurrent-index", "locking"),
    Rule("LCK002", "non-concurrent-index-drop", "locking"),
    Rule("MIG001", "missing-downgrade", "migrations"),
]


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def wrong(path: Path, text: str) -> str:
    """What is said of a settings file with this text."""
    write(path / "schemalint.toml", text)
    with pytest.raises(SettingsError) as raised:
        load(path, known_rules=lambda plugins: RULES)
    return raised.value.render().replace(f"{path}{os.sep}", "")


class TestWhichFileCounts:
    def test_the_closest_file_counts_alone(self, tmp_path: Path) -> None:
        write(tmp_path / "pyproject.toml", '[tool.schemalint]\nprofile = "mvp"\nfail-on = "info"\n')
        inner = write(tmp_path / "service" / "schemalint.toml", 'profile = "enterprise"\n')
        settings = load(tmp_path / "service" / "app" / "models.py")
        assert settings.profile == "enterprise"
        assert settings.fail_on is Severity.ERROR
        assert settings.sources == (str(inner),)
        assert settings.root == inner.parent.as_posix()

    def test_schemalint_toml_comes_before_pyproject_in_one_folder(self, tmp_path: Path) -> None:
        write(tmp_path / "pyproject.toml", '[tool.schemalint]\nprofile = "mvp"\n')
        write(tmp_path / "schemalint.toml", 'profile = "enterprise"\n')
        assert load(tmp_path).profile == "enterprise"

    def test_a_pyproject_without_the_table_is_passed_over(self, tmp_path: Path) -> None:
        write(tmp_path / "schemalint.toml", 'profile = "mvp"\n')
        write(tmp_path / "service" / "pyproject.toml", '[project]\ndependencies = ["schemalint"]\n')
        settings = load(tmp_path / "service")
        assert settings.profile == "mvp"
        assert settings.root == tmp_path.as_posix()

    def test_broken_toml_of_others_is_none_of_our_business(self, tmp_path: Path) -> None:
        write(tmp_path / "pyproject.toml", "[tool.other\n")
        assert load(tmp_path) == Settings(root=tmp_path.as_posix())

    def test_without_a_file_the_root_is_the_checkout(self, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()
        (tmp_path / "app").mkdir()
        assert load(tmp_path / "app") == Settings(root=tmp_path.as_posix())

    def test_a_start_that_does_not_exist_is_looked_for_upwards(self, tmp_path: Path) -> None:
        write(tmp_path / "schemalint.toml", 'profile = "mvp"\n')
        assert load(tmp_path / "not" / "there.py").profile == "mvp"

    def test_the_root_of_a_lone_folder_is_itself(self) -> None:
        assert project_root(Path("/")) == Path("/")

    def test_isolated_reads_no_file(self, tmp_path: Path) -> None:
        write(tmp_path / "schemalint.toml", 'profile = "mvp"\n')
        assert load(tmp_path, isolated=True).profile == "growth"

    def test_an_explicit_file_counts_instead(self, tmp_path: Path) -> None:
        write(tmp_path / "schemalint.toml", 'profile = "mvp"\nfail-on = "info"\n')
        write(tmp_path / ".git" / "HEAD", "")
        other = write(tmp_path / "ci" / "strict.toml", 'profile = "enterprise"\nexclude = ["/app/old/"]\n')
        settings = load(tmp_path / "app", explicit=[str(other)])
        assert (settings.profile, settings.fail_on) == ("enterprise", Severity.ERROR)
        assert settings.root == tmp_path.as_posix()
        assert settings.exclude == ("/app/old/",)

    @pytest.mark.parametrize(
        ("explicit", "isolated", "said"),
        [
            (["missing.toml"], False, "--config: there is no file `missing.toml`"),
            (["a.toml", "b.toml"], False, "--config: more than one file: a.toml, b.toml"),
            (["a.toml"], True, "--config: `a.toml` cannot be used with --isolated"),
            (["profile = mvp"], False, "--config:1:11: not valid TOML"),
            (['extend = "x.toml"'], False, "--config:1:10: `extend` can only stand in a file"),
            (['profile = "strict"'], False, '--config:1:11: `profile` is "strict": expected'),
        ],
    )
    def test_what_is_wrong_with_config_flags(
        self, tmp_path: Path, explicit: Sequence[str], isolated: bool, said: str
    ) -> None:
        with pytest.raises(SettingsError) as raised:
            load(tmp_path, explicit=explicit, isolated=isolated)
        assert said in raised.value.render()

    def test_a_named_pyproject_must_have_the_table(self, tmp_path: Path) -> None:
        path = write(tmp_path / "pyproject.toml", "[project]\n")
        with pytest.raises(SettingsError, match=r"has no table `\[tool\.schemalint\]`"):
            load(tmp_path, explicit=[str(path)])


class TestCommandLine:
    def test_flags_beat_config_texts_and_those_beat_files(self, tmp_path: Path) -> None:
        write(tmp_path / "schemalint.toml", 'profile = "mvp"\nfail-on = "info"\ncache-dir = "x"\n')
        settings = load(
            tmp_path,
            explicit=['profile = "growth"', 'fail-on = "warning"'],
            overrides={"profile": "enterprise", "cache-dir": None},
        )
        assert (settings.profile, settings.fail_on, settings.cache_dir) == ("enterprise", Severity.WARNING, "x")

    def test_ignore_adds_to_the_file(self, tmp_path: Path) -> None:
        write(tmp_path / "schemalint.toml", 'select = ["MIG"]\nignore = ["LCK001"]\n')
        settings = load(tmp_path, overrides={"ignore": ("LCK002",)})
        assert settings.ignore == ("LCK001", "LCK002")
        assert settings.select == ("MIG",)

    def test_select_shows_what_the_file_ignores(self, tmp_path: Path) -> None:
        write(tmp_path / "schemalint.toml", 'ignore = ["LCK001"]\nextend-select = ["MIG"]\n')
        settings = load(tmp_path, overrides={"select": ("LCK001",), "ignore": ("LCK002",)})
        assert (settings.selected, settings.ignore) == (("LCK001",), ("LCK002",))

    def test_globs_are_relative_to_the_working_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(tmp_path / "schemalint.toml", "")
        (tmp_path / "app").mkdir()
        monkeypatch.chdir(tmp_path / "app")
        assert load(Path(), overrides={"exclude": ["old/*.py", "*_pb2.py"]}).exclude == ("/app/old/*.py", "*_pb2.py")

    def test_enums_are_taken_as_their_values(self, tmp_path: Path) -> None:
        assert load(tmp_path, overrides={"fail-on": Severity.INFO}).fail_on is Severity.INFO


class TestValues:
    def test_everything_that_can_be_set(self, tmp_path: Path) -> None:
        write(
            tmp_path / "pyproject.toml",
            """
            [tool.schemalint]
            profile = "enterprise"
            select = ["ALL"]
            ignore = ["LCK0"]
            extend-select = ["migrations"]
            fail-on = "warning"
            exclude = ["scripts/"]
            extend-exclude = ["sandbox"]
            force-exclude = true
            respect-gitignore = false
            max-file-size = 10
            database = "postgresql:16"
            start-after = ["a1", "b2"]
            default-branch = "develop"
            plugins = ["acme"]
            output-format = ["full", "sarif=out.sarif"]
            cache-dir = ".cache/schemalint"
            required-version = ">=0"
            [tool.schemalint.per-file-ignores]
            "legacy/**" = ["LCK001"]
            [tool.schemalint.severity]
            missing-downgrade = "info"
            [tool.schemalint.roles]
            sql = ["queries/**"]
            [tool.schemalint.layers]
            domain = ["app/domain/**"]
            [tool.schemalint.rules.LCK001]
            deep = { list = [1, 2.5, true], text = "x" }
            [[tool.schemalint.target]]
            name = "orders"
            migrations = ["orders/migrations"]
            metadata = "orders.db:metadata"
            database = ["mysql:8.0", "sqlite"]
            """,
        )
        settings = load(tmp_path, known_rules=lambda plugins: RULES)
        assert settings == Settings(
            root=tmp_path.as_posix(),
            sources=(str(tmp_path / "pyproject.toml"),),
            profile="enterprise",
            select=("ALL",),
            ignore=("LCK0",),
            extend_select=("migrations",),
            fail_on=Severity.WARNING,
            exclude=("scripts/",),
            extend_exclude=("sandbox",),
            force_exclude=True,
            respect_gitignore=False,
            max_file_size=10,
            database=("postgresql:16",),
            start_after=("a1", "b2"),
            default_branch="develop",
            plugins=("acme",),
            output_format=("full", "sarif=out.sarif"),
            cache_dir=".cache/schemalint",
            required_version=">=0",
            per_file_ignores=(("legacy/**", ("LCK001",)),),
            severity={"missing-downgrade": Severity.INFO},
            roles={"sql": ("queries/**",)},
            layers={"domain": ("app/domain/**",)},
            rules={"LCK001": {"deep": {"list": [1, 2.5, True], "text": "x"}}},
            targets=(
                TargetSettings(
                    name="orders",
                    migrations=("orders/migrations",),
                    metadata="orders.db:metadata",
                    database=("mysql:8.0", "sqlite"),
                ),
            ),
        )
        assert settings.excluded == ("scripts/", "sandbox")
        assert decode_settings(encode_settings(settings)) == settings

    def test_plugins_are_known_before_names_are_checked(self, tmp_path: Path) -> None:
        write(tmp_path / "schemalint.toml", 'plugins = ["acme"]\nselect = ["acme-rule"]\n')
        asked = []

        def known(plugins: Sequence[str]) -> list[Rule]:
            asked.append(tuple(plugins))
            return [Rule("ACM001", "acme-rule", "acme")]

        assert load(tmp_path, known_rules=known).select == ("acme-rule",)
        assert asked == [("acme",)]

    def test_without_known_rules_names_are_not_checked(self, tmp_path: Path) -> None:
        write(tmp_path / "schemalint.toml", 'select = ["whatever"]\n')
        assert load(tmp_path).select == ("whatever",)


class TestExtend:
    def test_the_extending_file_wins_key_by_key(self, tmp_path: Path) -> None:
        base = write(
            tmp_path / "base.toml",
            'profile = "mvp"\nignore = ["A"]\nextend-select = ["B"]\nextend-exclude = ["gen"]\n'
            '[severity]\nx = "info"\ny = "info"\n[rules.x]\none = 1\ntwo = 2\n',
        )
        own = write(
            tmp_path / "schemalint.toml",
            'extend = "base.toml"\nignore = ["C"]\nextend-select = ["D"]\nextend-exclude = ["tmp"]\n'
            '[severity]\nx = "error"\n[rules.x]\ntwo = 3\n',
        )
        settings = load(tmp_path)
        assert settings.profile == "mvp"
        assert settings.ignore == ("C",)
        assert settings.extend_select == ("B", "D")
        assert settings.extend_exclude == ("gen", "tmp")
        assert settings.severity == {"x": Severity.ERROR, "y": Severity.INFO}
        assert settings.rules == {"x": {"one": 1, "two": 3}}
        assert settings.sources == (str(own), str(base))

    def test_globs_of_an_extended_file_are_relative_to_its_folder(self, tmp_path: Path) -> None:
        write(
            tmp_path / "pyproject.toml",
            '[tool.schemalint]\nexclude = ["service/old/", "other/", "other/x/", "*.gen.py", "**/tmp/x"]\n'
            'cache-dir = ".cache"\n'
            '[tool.schemalint.layers]\ndomain = ["*/domain/**"]\n'
            '[tool.schemalint.per-file-ignores]\n"service/legacy/*.py" = ["A"]\n"elsewhere/*.py" = ["B"]\n'
            '[[tool.schemalint.target]]\nname = "a"\nmigrations = ["service/migrations"]\n',
        )
        write(tmp_path / "service" / "schemalint.toml", 'extend = "../pyproject.toml"\n')
        settings = load(tmp_path / "service")
        assert settings.root == (tmp_path / "service").as_posix()
        assert settings.exclude == ("/old/", "other/", "*.gen.py", "**/tmp/x")
        assert settings.layers == {"domain": ("/domain/**",)}
        assert settings.per_file_ignores == (("/legacy/*.py", ("A",)),)
        assert settings.targets[0].migrations == ("migrations",)
        assert settings.cache_dir == "../.cache"

    def test_a_chain(self, tmp_path: Path) -> None:
        write(tmp_path / "a" / "schemalint.toml", 'extend = "../b/base.toml"\n')
        write(tmp_path / "b" / "base.toml", 'extend = "../c.toml"\nfail-on = "warning"\n')
        write(tmp_path / "c.toml", 'profile = "mvp"\nfail-on = "info"\n')
        settings = load(tmp_path / "a")
        assert (settings.profile, settings.fail_on) == ("mvp", Severity.WARNING)

    def test_a_circle_is_an_error(self, tmp_path: Path) -> None:
        write(tmp_path / "b.toml", 'profile = "mvp"\nextend = "schemalint.toml"\n')
        said = wrong(tmp_path, 'extend = "b.toml"\n')
        assert said.startswith("b.toml:2:10: settings extend each other in a circle: schemalint.toml -> b.toml -> ")

    def test_a_missing_file_is_reported_where_it_is_asked_for(self, tmp_path: Path) -> None:
        said = wrong(tmp_path, '\nextend = "nowhere/base.toml"\n')
        assert "schemalint.toml:2:10: `nowhere/base.toml` cannot be read: No such file or directory" in said
        assert "2 | extend" in said

    def test_what_is_wrong_in_an_extended_file_is_reported_there(self, tmp_path: Path) -> None:
        write(tmp_path / "base.toml", "\n\nprofil = 1\n")
        assert wrong(tmp_path, 'extend = "base.toml"\n').startswith("base.toml:3:1: unknown key `profil`")


class TestRemembering:
    def test_the_same_again_comes_from_memory(self, tmp_path: Path) -> None:
        write(tmp_path / "base.toml", 'profile = "mvp"\n')
        write(tmp_path / "schemalint.toml", 'extend = "base.toml"\nselect = ["LCK001"]\n')
        memory: dict[str, bytes] = {}
        calls = []

        def known(plugins: Sequence[str]) -> list[Rule]:
            calls.append(plugins)
            return RULES

        first = load(tmp_path, remember=memory, known_rules=known)
        assert load(tmp_path, remember=memory, known_rules=known) == first
        assert len(calls) == 1

    def test_a_changed_file_is_read_again(self, tmp_path: Path) -> None:
        memory: dict[str, bytes] = {}
        base = write(tmp_path / "base.toml", 'profile = "mvp"\n')
        own = write(tmp_path / "schemalint.toml", 'extend = "base.toml"\n')
        assert load(tmp_path, remember=memory).profile == "mvp"
        write(base, 'profile = "enterprise"\n')
        assert load(tmp_path, remember=memory).profile == "enterprise"
        write(own, 'profile = "growth"\n')
        assert load(tmp_path, remember=memory).profile == "growth"
        assert load(tmp_path, remember=memory, overrides={"profile": "mvp"}).profile == "mvp"
        base.unlink()
        write(own, 'extend = "base.toml"\n')
        with pytest.raises(SettingsError):
            load(tmp_path, remember=memory)

    def test_a_damaged_memory_is_no_matter(self, tmp_path: Path) -> None:
        write(tmp_path / "schemalint.toml", 'profile = "mvp"\n')
        memory: dict[str, bytes] = {}
        load(tmp_path, remember=memory)
        memory = dict.fromkeys(memory, b"\xff\x00damaged")
        assert load(tmp_path, remember=memory).profile == "mvp"

    def test_a_warm_run_imports_no_pydantic(self, tmp_path: Path) -> None:
        write(tmp_path / "schemalint.toml", 'profile = "mvp"\n')
        program = (
            "import sys, pathlib, shelve\n"
            "from schemalint.settings.discovery import load\n"
            "import schemalint.settings.describe, schemalint.settings.globs, schemalint.settings.database\n"
            "with shelve.open(sys.argv[2]) as memory:\n"
            "    load(pathlib.Path(sys.argv[1]), overrides={'fail-on': 'info'}, remember=memory)\n"
            "print([name for name in ('pydantic', 'tomllib', 'tomli', 'libcst', 'sqlglot', 'pathspec')"
            " if name in sys.modules])\n"
        )
        command = [sys.executable, "-c", program, str(tmp_path), str(tmp_path / "memory")]
        source = Path(__file__).parents[2] / "src"
        environment = {**os.environ, "PYTHONPATH": str(source)}
        cold, warm = (subprocess.check_output(command, env=environment, text=True) for _ in range(2))
        assert "pydantic" in cold
        assert warm.strip() == "[]"


class TestWhatIsWrong:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ('\nexlude = ["x"]\n', ["schemalint.toml:2:1: unknown key `exlude`", "did you mean `exclude`?"]),
            ("fail_on = 1\n", ["unknown key `fail_on`", "did you mean `fail-on`?"]),
            ('"[key]" = 1\n', [":1:1: unknown key `[key]`"]),
            ("wibble = 1\n", ["unknown key `wibble`", "known keys: profile, select"]),
            ("[tool.schemalint]\n", ["unknown key `tool`", "keys stand at the top"]),
            ("[[targets]]\n", ["unknown key `targets`", "write `[[target]]`"]),
            (
                '[[target]]\nname = "a"\n[[target]]\nname = "b"\nmigration = []\n',
                ["schemalint.toml:5:1: unknown key `target[1].migration`", "did you mean `migrations`?"],
            ),
            ("[[target]]\nmigrations = []\n", ["schemalint.toml:1:1: `target[0].name` is missing"]),
            ('profile = "strict"\n', [':1:11: `profile` is "strict": expected `mvp`, `growth` or `enterprise`']),
            ('profile = "Growth"\n', ["did you mean `growth`?"]),
            ('force-exclude = "yes"\n', [":1:17: `force-exclude` is a string: it must be `true` or `false`"]),
            ("max-file-size = 1.5\n", ["`max-file-size` is a number: it must be a whole number"]),
            ("max-file-size = 0\n", ["`max-file-size` is 0: it must be at least 1"]),
            ("max-file-size = true\n", ["`max-file-size` is a boolean: it must be a whole number"]),
            ('select = "LCK001"\n', ["`select` is a string: it must be an array", 'write `["LCK001"]`']),
            ("select = [\n  1979-05-27,\n]\n", [":2:3: `select[0]` is a date or time: it must be a string"]),
            ('layers = ["a"]\n', ["`layers` is an array: it must be a table"]),
            ('[layers]\ndomains = ["a"]\n', [":2:1: unknown key `layers.domains`", "did you mean `domain`?"]),
            ('[severity]\nLCK001 = "off"\n', [':2:10: `severity.LCK001` is "off"', "name it in `ignore`"]),
            ('exclude = ["ok", "!"]\n', [":1:18: `!` is not a glob"]),
            ('database = "postgrsql:16"\n', [":1:12: unknown database `postgrsql`", "did you mean `postgresql`?"]),
            ('database = ["sqlite", "mysql:7"]\n', [":1:23: unknown version `7` of mysql", "5, 8, 9"]),
            ('start-after = ""\n', ["must not be empty"]),
            ("[rules.LCK001]\nwhen = 2020-01-01\n", [":2:8: a date or time is no value of an option"]),
            ("[rules.LCK001]\nbig = 99999999999999999999\n", ["a number of more than 64 bits"]),
            ('[[target]]\nname = "a"\nmetadata = "app.db"\n', [":3:12: `app.db` does not name an object"]),
            (
                'select = [\n  "MIG",  # ok\n  "LCK003",\n]\n',
                [":3:3: unknown rule or category `LCK003`", '3 |   "LCK003",', "  |   ^^^^^^^^", "did you mean `LCK00"],
            ),
            (
                '[per-file-ignores]\n"a/**" = ["missing-downgrad"]\n',
                [":2:11: unknown rule or category `missing-downgrad`", "did you mean `missing-downgrade`?"],
            ),
            (
                "[rules.non-concurent-index]\n",
                [":1:8: unknown rule `non-concurent-index`", "did you mean `non-concurrent-index`?"],
            ),
            ('[severity]\nlocking = "info"\n', [":2:1: `locking` is not a single rule"]),
            ('required-version = ">=99"\nnew-key = 1\n', ["require schemalint >=99", 'pip install "schemalint>=99"']),
            ('required-version = "newest"\n', ["`newest` is not a range of versions"]),
        ],
    )
    def test_the_place_the_message_and_the_remedy(self, tmp_path: Path, text: str, said: list[str]) -> None:
        report = wrong(tmp_path, text)
        for part in said:
            assert part in report

    def test_how_a_problem_looks(self, tmp_path: Path) -> None:
        assert wrong(tmp_path, '# settings\nprofile = "strict" # so\n') == (
            'schemalint.toml:2:11: `profile` is "strict": expected `mvp`, `growth` or `enterprise`\n'
            "  |\n"
            '2 | profile = "strict" # so\n'
            "  |           ^^^^^^^^"
        )

    def test_everything_is_reported_at_once(self, tmp_path: Path) -> None:
        write(tmp_path / "schemalint.toml", "one = 1\ntwo = 2\n")
        with pytest.raises(SettingsError) as raised:
            load(tmp_path, overrides={"profile": "x"})
        assert [(p.key, p.line, p.column) for p in raised.value.problems] == [
            ("one", 1, 1),
            ("two", 2, 1),
            ("profile", None, None),
        ]
        assert raised.value.problems[2].path == "command line"

    def test_another_version_is_told_before_its_keys(self, tmp_path: Path) -> None:
        assert "new-key`" not in wrong(tmp_path, 'required-version = ">=99"\nnew-key = 1\n')

    def test_in_a_pyproject_the_line_is_that_of_the_file(self, tmp_path: Path) -> None:
        write(tmp_path / "pyproject.toml", '[project]\nname = "x"\n\n[tool]\nschemalint.profil = 1\n')
        with pytest.raises(SettingsError, match=r"pyproject.toml:5:12: unknown key `profil`"):
            load(tmp_path)

    @pytest.mark.parametrize("text", ["tool.schemalint = 1\n", 'tool = "schemalint"\n'])
    def test_a_table_that_is_none(self, tmp_path: Path, text: str) -> None:
        write(tmp_path / "pyproject.toml", text)
        with pytest.raises(SettingsError, match="must be a table"):
            load(tmp_path)


class TestAnyBytes:
    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b'profile = "mvp\n', "schemalint.toml:1:15: not valid TOML"),
            (b"a = 1\r\nb = \r\n", "schemalint.toml:2:5: not valid TOML"),
            (b"a = [\n", "schemalint.toml:2:1: not valid TOML"),
            (b"a = 1\n\n# \xe9\n", "schemalint.toml:3:3: not valid TOML: byte 0xe9 is not UTF-8"),
            ("profile = 1".encode("utf-16"), "byte 0xff is not UTF-8"),
            (b"\x00", "schemalint.toml:1:1: not valid TOML"),
            (b"a = " + b"9" * 5000, "not valid TOML"),
            (b"a = " + b"[" * 100_000, "schemalint.toml: "),
            (b"x" * 10_000_000, "schemalint.toml: is larger than 4 MiB"),
            (b'"\\u001b[31m" = 1\n', "unknown key `\N{REPLACEMENT CHARACTER}[31m`"),
            (b'extend = "a\\u0000b"\n', "a path cannot hold a NUL character"),
        ],
    )
    def test_what_cannot_be_read_is_told(self, tmp_path: Path, data: bytes, said: str) -> None:
        (tmp_path / "schemalint.toml").write_bytes(data)
        with pytest.raises(SettingsError) as raised:
            load(tmp_path)
        report = raised.value.render()
        assert said in report.replace(f"{tmp_path}{os.sep}", "")
        assert max(map(len, report.splitlines())) < 400

    def test_a_byte_order_mark_and_carriage_returns_are_fine(self, tmp_path: Path) -> None:
        (tmp_path / "schemalint.toml").write_bytes(b'\xef\xbb\xbfprofile = "mvp"\r\nfail-on = "info"\r\n')
        assert load(tmp_path).profile == "mvp"

    def test_columns_count_code_points(self, tmp_path: Path) -> None:
        assert wrong(tmp_path, 'plugins = ["é😀", 1]\n').startswith("schemalint.toml:1:18: `plugins[1]`")
