"""Floor 1: each entity is united once, by one macro, and its YAML says what a system delivers."""

import ast
import re
from collections.abc import Iterator, Mapping

from guards.findings import Finding
from guards.project import Node, Project

_RULE = "united"

# The macro that lists the entities of each system, and the file that it stands in.
MACRO_FILE = "macros/staging/union_systems.sql"
_ENTITIES = re.compile(
    r"macro\s+entities_of_systems\(\).*?return\((?P<systems>\{.*?\})\)\s*-?\}\}", re.DOTALL
)

_UNITED = re.compile(r"int_(?P<entity>\w+)__united")
_STAGED = re.compile(r"stg_(?P<system>\w+?)__(?P<entity>\w+)")


def entities_are_united_once(project: Project) -> Iterator[Finding]:
    """Every entity has its model on floor 1, and no other model of intermediate/ reads staging."""
    entities = {entity for each in entities_of_systems(project).values() for entity in each}
    united = {}
    for model in project.models:
        if model.layer != "intermediate":
            continue
        named = _UNITED.fullmatch(model.name)
        if named:
            united[named["entity"]] = model
        for parent in _staging_models(project, model):
            staged = _STAGED.fullmatch(parent.name)
            if not (named and staged and named["entity"] == staged["entity"]):
                entity = staged["entity"] if staged else parent.name
                problem = f"{model.name} reads {parent.name} past floor 1"
                advice = f"read int_{entity}__united, which unites all systems"
                yield Finding(model.file, 1, _RULE, problem, advice, model.name)
    for entity in sorted(entities - united.keys()):
        problem = f"no model unites the entity {entity}"
        advice = (
            f"add models/intermediate/1_united/…/int_{entity}__united.sql and its columns in YAML"
        )
        yield Finding(MACRO_FILE, 1, _RULE, problem, advice, entity)
    for entity in sorted(united.keys() - entities):
        problem = f"{united[entity].name} unites what entities_of_systems names nowhere"
        advice = f"add {entity} to the system that has it, or take the model away"
        yield Finding(united[entity].file, 1, _RULE, problem, advice, united[entity].name)


def staged_entities_are_united(project: Project) -> Iterator[Finding]:
    """A system's staging model of an entity is listed for its system: else nobody would read it."""
    systems = entities_of_systems(project)
    entities = {entity for each in systems.values() for entity in each}
    for model in project.models:
        staged = _STAGED.fullmatch(model.name) if model.layer == "staging" else None
        if staged is None or staged["entity"] not in entities:
            continue
        if staged["entity"] not in systems.get(staged["system"], ()):
            problem = f"{model.name} is in no int_{staged['entity']}__united"
            advice = f"add {staged['entity']} to {staged['system']} in {MACRO_FILE}"
            yield Finding(model.file, 1, _RULE, problem, advice, model.name)


def contracts_of_entities(project: Project) -> Iterator[Finding]:
    """A united model is the call of union_systems for its entity, and each column has a type."""
    for model in project.models:
        named = _UNITED.fullmatch(model.name)
        if model.layer != "intermediate" or named is None:
            continue
        call = f"union_systems('{named['entity']}')"
        if call not in model.sql:
            problem = f"{model.name} does not call {call}"
            advice = "unite on floor 1 only, and do all else in the model that reads it"
            yield Finding(model.file, 1, _RULE, problem, advice, model.name)
        if not model.columns:
            problem = f"{model.name} has no columns"
            advice = f"say what stg_<system>__{named['entity']} delivers: name, data_type, null"
            yield project.at(model, _RULE, problem, advice)
        for column in model.columns:
            if not column.data_type or not column.description:
                problem = f"column {model.name}.{column.name} lacks its type or what it means"
                advice = "add data_type and description: it is the contract of every system"
                yield project.at(model, _RULE, problem, advice, column.name)


def entities_of_systems(project: Project) -> Mapping[str, tuple[str, ...]]:
    """System → its entities, as the macro of that name lists them; nothing without the macro."""
    path = project.root / MACRO_FILE
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    found = _ENTITIES.search(text)
    systems = ast.literal_eval(found["systems"]) if found else {}
    return {system: tuple(entities) for system, entities in systems.items()}


def _staging_models(project: Project, model: Node) -> Iterator[Node]:
    """The staging models that a model reads."""
    for parent in model.parents:
        node = project.nodes.get(parent)
        if node is not None and node.layer == "staging":
            yield node
