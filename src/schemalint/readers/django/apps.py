"""Applications of Django: the labels of folders of migrations, and the settings that decide what tables look like."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping

from schemalint.diagnostics import Place, Span
from schemalint.interpret.evaluator.machine import Framework, Machine
from schemalint.interpret.evaluator.names import class_attribute, inherits
from schemalint.interpret.evaluator.run import machine as new_machine
from schemalint.interpret.program import Program
from schemalint.interpret.resolutions import External
from schemalint.interpret.resolve import ancestry
from schemalint.interpret.scopes import Assigned
from schemalint.interpret.values import HOLE, Class, Frame
from schemalint.ir import ClassDef

_CONFIGS = frozenset({"django.apps.AppConfig", "django.apps.config.AppConfig"})


def app_labels(program: Program) -> Mapping[str, str]:
    """The labels of applications by the folder they stand in, as their `AppConfig` gives them."""
    found: dict[str, str] = {}
    for path, module in sorted(program.modules.items()):
        if not _may_configure(path):
            continue
        for node in module.body:
            if isinstance(node, ClassDef) and node.bases:
                named = _named(program, path, node)
                if named is not None:
                    found.setdefault(*named)
    return found


def _may_configure(path: str) -> bool:
    folder, name = posixpath.split(path)
    return name in ("apps.py", "__init__.py", "config.py") or posixpath.basename(folder) == "apps"


def _named(program: Program, path: str, node: ClassDef) -> tuple[str, str] | None:
    """The folder and the label that a class gives; None where it is no configuration or an abstract one."""
    machine = new_machine(program, path, Place(path, Span(1, 1, 1, 1)), Framework())
    owner = Class(path, node)
    if not _is_config(machine, owner):
        return None
    name, label = (class_attribute(machine, owner, attribute) for attribute in ("name", "label"))
    if not isinstance(name, str) or HOLE in name:
        return None
    module = program.path_of(name, path)
    folder = posixpath.dirname(path)
    if module is not None:
        folder = posixpath.dirname(module) if module.endswith(".py") else module
    return folder, label if isinstance(label, str) and HOLE not in label else name.rpartition(".")[2]


def _is_config(machine: Machine, owner: Class) -> bool:
    """Whether a class derives from Django's `AppConfig`; those of libraries bear its name."""
    if inherits(machine, owner, _CONFIGS):
        return True
    bases = ancestry(machine.program, owner.path, owner.node)
    return any(isinstance(base, External) and base.name.endswith(("AppConfig", "PluginConfig")) for base in bases)


def label_of(folder: str, labels: Mapping[str, str]) -> str:
    """The label of the application whose migrations stand in a folder."""
    app = posixpath.dirname(folder)
    return labels.get(app) or labels.get(folder) or posixpath.basename(app) or posixpath.basename(folder)


def setting(program: Program, name: str, paths: Iterable[str]) -> str | None:
    """A text among Django's settings; None where no module assigns one, or several disagree."""
    found = set()
    for path, binding in _bindings(program, name, paths):
        machine = new_machine(program, path, Place(path, Span(1, 1, 1, 1)), Framework())
        value = machine.value(binding.value, Frame(path)) if binding.value is not None else None
        found.add(value if isinstance(value, str) and HOLE not in value else None)
    return found.pop() if len(found) == 1 else None


def assigns(program: Program, name: str, paths: Iterable[str]) -> bool:
    """Whether a module of settings assigns a name."""
    return any(True for _ in _bindings(program, name, paths))


def _bindings(program: Program, name: str, paths: Iterable[str]) -> Iterator[tuple[str, Assigned]]:
    for path in paths:
        if "settings" in path or "conf" in path:
            binding = program.scope(path).lookup(name)
            if isinstance(binding, Assigned):
                yield path, binding
