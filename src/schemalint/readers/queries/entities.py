"""Mapped classes, Core tables and their columns, as far as queries need to know them.

Only what is evident counts: a base class of a library, or the marks that mapping leaves in a class body.
"""

from __future__ import annotations

from schemalint.interpret.events.evidence import Evidence
from schemalint.interpret.events.function import Where
from schemalint.interpret.events.values import ClassValue, Foreign, Instance
from schemalint.interpret.homes import canonical
from schemalint.interpret.program import Program
from schemalint.interpret.resolutions import BoundValue, ClassAttribute, DefinedClass, External, Resolution
from schemalint.interpret.resolve import ancestry, member, name_of, qualified_name, resolve
from schemalint.interpret.scopes import Assigned
from schemalint.ir import Attribute, Call, ClassDef, Constant, Expression, Name, Subscript

SQLALCHEMY, DJANGO = "sqlalchemy", "django"
_BASES = {
    "sqlalchemy.orm.DeclarativeBase": SQLALCHEMY,
    "sqlalchemy.orm.DeclarativeBaseNoMeta": SQLALCHEMY,
    "flask_sqlalchemy.model.Model": SQLALCHEMY,
    "flask_appbuilder.Model": SQLALCHEMY,
    "django.db.models.Model": DJANGO,
    "django.contrib.gis.db.models.Model": DJANGO,
    "mptt.models.MPTTModel": DJANGO,
    "polymorphic.models.PolymorphicModel": DJANGO,
    "treebeard.mp_tree.MP_Node": DJANGO,
    "treebeard.ns_tree.NS_Node": DJANGO,
}
_BASE_MAKERS = frozenset(
    {"sqlalchemy.orm.declarative_base", "sqlalchemy.ext.automap.automap_base", "sqlalchemy.orm.registry.generate_base"}
)
_DJANGO_MODULES = ("django.contrib.", "model_utils.models.", "wagtail.", "taggit.models.", "simple_history.models.")
_COLUMN_MAKERS = frozenset(
    {"sqlalchemy.Column", "sqlalchemy.orm.mapped_column", "sqlalchemy.orm.column_property", "sqlalchemy.orm.deferred"}
)
_RELATIONSHIP_MAKERS = frozenset(
    {"sqlalchemy.orm.relationship", "sqlalchemy.orm.relation", "sqlalchemy.orm.dynamic_loader", "sqlmodel.Relationship"}
)
_MAPPED = frozenset({"sqlalchemy.orm.Mapped", "sqlalchemy.orm.DynamicMapped", "sqlalchemy.orm.WriteOnlyMapped"})
_MARKS = frozenset({"__tablename__", "__table__"})
_ALIASES = frozenset({"sqlalchemy.orm.aliased", "sqlalchemy.alias", "sqlalchemy.orm.with_polymorphic"})
_WRAPPERS = frozenset({"sqlmodel.col", "sqlalchemy.desc", "sqlalchemy.asc", "sqlalchemy.nullsfirst"})


class Entities:
    """Which classes are mapped, and which attributes are columns. Remembers what it found."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self._kinds: dict[tuple[str, int], str | None] = {}
        self._columns: dict[tuple[str, int, str], str | None] = {}

    @property
    def program(self) -> Program:
        """The program whose classes these are."""
        return self.evidence.program

    def kind(self, found: DefinedClass) -> str | None:
        """ "sqlalchemy" or "django" for a mapped class or a base of such; None for any other."""
        key = (found.path, found.node.start)
        if key not in self._kinds:
            self._kinds[key] = None
            self._kinds[key] = self._kind(found)
        return self._kinds[key]

    def _kind(self, found: DefinedClass) -> str | None:
        above = ancestry(self.program, found.path, found.node)
        for base in above:
            known = self._base(base)
            if known is not None:
                return known
        classes = [found, *(base for base in above if isinstance(base, DefinedClass))]
        if any(isinstance(base, External) and canonical(base.name) == "sqlmodel.SQLModel" for base in above):
            return SQLALCHEMY if any(_is_table(item.node) for item in classes) else None
        if any(_has_marks(self.program, item) for item in classes):
            return SQLALCHEMY
        return None

    def _base(self, base: Resolution) -> str | None:
        if isinstance(base, External):
            name = canonical(base.name)
            known = _BASES.get(name)
            if known is None and name.startswith(_DJANGO_MODULES) and ".models." in name:
                return DJANGO
            if known is None and name.startswith("advanced_alchemy.base."):
                return SQLALCHEMY
            return known
        if isinstance(base, BoundValue) and isinstance(base.expression, Call):
            maker = qualified_name(self.program, base.path, base.expression.func)
            return SQLALCHEMY if maker in _BASE_MAKERS else None
        return None

    def entity(self, where: Where, node: Expression) -> tuple[str, DefinedClass | None, str | None] | None:
        """The entity that an expression names: its full name, its class where it is the project's, and the kind.

        The kind is "table" for a Core table and None where a class is not known to be mapped.
        """
        if not isinstance(node, (Name, Attribute, Call)):
            return None
        if isinstance(node, Attribute) and node.attr == "__table__":
            found = self.entity(where, node.value)
            return None if found is None else (found[0], found[1], "table")
        value = self.evidence.value(where, node)
        if isinstance(value, ClassValue) and value.defined is not None:
            return value.name, value.defined, self.kind(value.defined)
        if isinstance(value, Instance) and value.name == "sqlalchemy.Table":
            return self._table(where, node)
        if isinstance(value, Foreign) and value.owner is None and value.name.rpartition(".")[2][:1].isupper():
            return value.name, None, None
        return self._aliased(where, node)

    def _table(self, where: Where, node: Expression) -> tuple[str, DefinedClass | None, str | None]:
        found = resolve(self.program, where.path, node)
        return (name_of(self.program, found) or _last(node), None, "table")

    def _aliased(self, where: Where, node: Expression) -> tuple[str, DefinedClass | None, str | None] | None:
        """What `aliased(models.User)`, `User.__table__` and `metadata.tables["users"]` stand for, in a variable too."""
        value: Expression | None = node
        if isinstance(node, Name) and where.flow is not None:
            known = where.flow.reaching(node.id, where.region, node.start)
            value = known[0].value if known is not None and len(known) == 1 else None
        if isinstance(value, Call) and value.args:
            called = self.evidence.value(where, value.func)
            if isinstance(called, Foreign) and called.name in _ALIASES:
                return self.entity(where, value.args[0].value)
        if isinstance(value, Attribute) and value.attr == "__table__":
            return self.entity(where, value)
        if isinstance(value, Subscript) and isinstance(value.value, Attribute) and value.value.attr == "tables":
            name = value.index.value if isinstance(value.index, Constant) else None
            return (name, None, "table") if isinstance(name, str) else None
        return None

    def column(self, where: Where, node: Expression) -> tuple[str, str, str | None] | None:
        """The column that an expression names: entity, attribute, and its mark where that is certain."""
        while isinstance(node, Subscript) or (isinstance(node, Call) and self._wraps(where, node)):
            node = node.value if isinstance(node, Subscript) else node.args[0].value
        if not isinstance(node, Attribute):
            return None
        if isinstance(node.value, Attribute) and node.value.attr in ("c", "columns"):
            found = self.entity(where, node.value.value)
            return None if found is None else (found[0], node.attr, "column")
        found = self.entity(where, node.value)
        if found is None:
            return None
        name, defined, kind = found
        if defined is None:
            return (name, node.attr, None)
        if kind != SQLALCHEMY:
            return None
        mark = self.mark(defined, node.attr)
        return None if mark == "other" else (name, node.attr, mark)

    def _wraps(self, where: Where, node: Call) -> bool:
        if not node.args or not isinstance(node.func, (Name, Attribute)):
            return False
        called = self.evidence.value(where, node.func)
        return isinstance(called, Foreign) and called.owner is None and called.name in _WRAPPERS

    def mark(self, defined: DefinedClass, attribute: str) -> str | None:
        """ "column" or "relationship" for an attribute that certainly is one, "other" for what certainly is none."""
        key = (defined.path, defined.node.start, attribute)
        if key not in self._columns:
            self._columns[key] = self._mark(defined, attribute)
        return self._columns[key]

    def _mark(self, defined: DefinedClass, attribute: str) -> str | None:
        found = member(self.program, defined.path, defined, attribute)
        if not isinstance(found, ClassAttribute) or (found.expression is None and found.annotation is None):
            return None if isinstance(found, ClassAttribute) else "other"
        if isinstance(found.expression, Call):
            maker = qualified_name(self.program, found.path, found.expression.func)
            if maker in _COLUMN_MAKERS:
                return "column"
            if maker in _RELATIONSHIP_MAKERS:
                return "relationship"
            if maker == "sqlmodel.Field":
                return "column"
        if isinstance(found.annotation, Subscript):
            wrapper = qualified_name(self.program, found.path, found.annotation.value)
            if wrapper in _MAPPED:
                return "column" if found.expression is None else None
        if found.annotation is not None and self._is_sqlmodel(found):
            return "column" if found.expression is None or isinstance(found.expression, Constant) else None
        return "other" if isinstance(found.expression, Constant) else None

    def _is_sqlmodel(self, found: ClassAttribute) -> bool:
        """Whether the attribute is one of a class whose annotations are its columns."""
        assert found.annotation is not None
        written = found.annotation.value if isinstance(found.annotation, Subscript) else found.annotation
        if qualified_name(self.program, found.path, written) in ("typing.ClassVar", "typing.Any"):
            return False
        return any(
            isinstance(base, External) and canonical(base.name) == "sqlmodel.SQLModel"
            for base in ancestry(self.program, found.path, found.node)
        )


def _is_table(node: ClassDef) -> bool:
    return any(
        base.keyword == "table" and isinstance(base.value, Constant) and base.value.value is True for base in node.bases
    )


def _has_marks(program: Program, found: DefinedClass) -> bool:
    """Whether the class body itself declares a table: it names one and makes a column by SQLAlchemy's means."""
    scope = program.class_scope(found.path, found.node)
    if not _MARKS & scope.bindings.keys():
        return False
    for known in scope.bindings.values():
        for binding in known:
            made = binding.value if isinstance(binding, Assigned) else None
            if isinstance(made, Call) and qualified_name(program, found.path, made.func) in _COLUMN_MAKERS:
                return True
    return False


def _last(node: Expression) -> str:
    return node.attr if isinstance(node, Attribute) else node.id if isinstance(node, Name) else ""
