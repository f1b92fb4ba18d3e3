"""Applications of Django: the labels that name tables, and the settings that decide what models mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from posixpath import basename, dirname

from schemalint.interpret.homes import canonical
from schemalint.interpret.resolutions import External
from schemalint.interpret.scopes import Assigned
from schemalint.interpret.values import HOLE, Class, Frame, Missing, Value
from schemalint.ir import ClassDef
from schemalint.readers.models.bodies import body_of
from schemalint.readers.models.reading import Reading


@dataclass(frozen=True)
class App:
    """An application: the folder it stands in, its label, and the field that its keys are by default."""

    folder: str
    label: str
    auto_field: str | None = None


@dataclass
class Apps:
    """The applications of a project, and its settings."""

    reading: Reading
    known: dict[str, App] = field(default_factory=dict)
    settings: dict[str, str | None] = field(default_factory=dict)

    def of(self, path: str) -> App:
        """The application of a module: that of the nearest folder above that has one, else the folder of the models."""
        if not self.known:
            self._find()
        folder = dirname(path)
        while True:
            if folder in self.known:
                return self.known[folder]
            if not folder:
                break
            folder = dirname(folder)
        home = dirname(path)
        while basename(home) == "models" or "/models/" in f"/{home}/":
            home = dirname(home)
        return App(home, basename(home))

    def _find(self) -> None:
        self.known[" "] = App(" ", "")
        for path, module in self.reading.program.modules.items():
            if basename(path) not in ("apps.py", "__init__.py"):
                continue
            for node in module.body:
                if isinstance(node, ClassDef) and self._is_config(path, node):
                    self._add(path, Class(path, node))

    def _is_config(self, path: str, node: ClassDef) -> bool:
        if not node.bases:
            return False
        ancestors = self.reading.ancestors(Class(path, node))
        return any(
            isinstance(item, External) and item.name in ("django.apps.AppConfig", "django.apps.config.AppConfig")
            for item in ancestors
        ) or (
            node.name.endswith("Config")
            and any(isinstance(item, External) and item.name.endswith("PluginConfig") for item in ancestors)
        )

    def _add(self, path: str, owner: Class) -> None:
        own: dict[str, Value] = {}
        chain = [owner, *(item for item in self.reading.ancestors(owner) if isinstance(item, Class))]
        for holder in reversed(chain):
            for name, item in body_of(self.reading, holder).own.items():
                own[name] = None if isinstance(item.value, Missing) else item.value
        label = _text(own.get("label")) or (_text(own.get("name")) or "").rpartition(".")[2]
        if not label:
            return
        folder = dirname(path)
        self.known[folder] = App(folder, label, _text(own.get("default_auto_field")))

    def setting(self, name: str) -> str | None:
        """A text among Django's settings; None where no module assigns one or several disagree."""
        if name not in self.settings:
            found = set()
            for path, module in self.reading.program.modules.items():
                if not module.body or "settings" not in path:
                    continue
                binding = self.reading.program.scope(path).lookup(name)
                if isinstance(binding, Assigned) and binding.value is not None:
                    found.add(_text(self.reading.machine(path).value(binding.value, Frame(path))))
            self.settings[name] = next(iter(found)) if len(found) == 1 else None
        return self.settings[name]

    def auto_field(self, path: str) -> str | None:
        """The class of the keys that Django adds, by its last name; None where the version decides and is not known."""
        chosen = self.of(path).auto_field or self.setting("DEFAULT_AUTO_FIELD")
        if chosen is not None:
            return chosen.rpartition(".")[2]
        newest = self.reading.at_least("django", 6, 0)
        return None if newest is None else "BigAutoField" if newest else "AutoField"


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) and HOLE not in value else None


def is_django(reading: Reading, owner: Class) -> bool:
    """Whether a class is a model of Django."""
    return any(isinstance(item, External) and canonical(item.name) in _MODELS for item in reading.ancestors(owner))


_MODELS = frozenset(
    {
        "django.db.models.Model",
        "django.db.models.base.Model",
        "django.contrib.gis.db.models.Model",
    }
)
