"""Layers: which folder a model stands in, what it is called there, and what it may read.

source → staging/<system>/ → intermediate/1_united/ → 2_identity/ → 3_history/ → 4_meaning/
       → marts/core/ → marts/kpis/<family>/ → marts/monitoring/
"""

import re
from collections.abc import Iterator

from guards.findings import Finding
from guards.project import Node, Project

# Layer → what its folders and names look like, as a pattern and in words.
_PLACES = {
    "staging": (
        r"staging/(?P<system>\w+)/stg_(?P=system)__\w+",
        "staging/<system>/stg_<system>__<entity>s",
    ),
    "intermediate": (
        r"intermediate/(1_united|2_identity|3_history|4_meaning)/(\w+s|people)/int_\2__\w+"
        r"(?<!__united)|intermediate/1_united/(\w+s|people)/int_\w+__united",
        "intermediate/<floor>/<entity>s/int_<entity>s__<done>, __united on floor 1 only",
    ),
    "core": (r"marts/core/(dim|fct|bridge)_\w+", "marts/core/dim_…, fct_… or bridge_…"),
    "kpis": (r"marts/kpis/\w+/kpi_\w+", "marts/kpis/<family>/kpi_<id>"),
    "monitoring": (
        r"marts/monitoring/(?!stg_|int_|dim_|fct_|bridge_)\w+",
        "marts/monitoring/<what it shows>",
    ),
}

# The source with what was published, which is no system.
_LEDGER = "ledger"
_MAY_READ = {
    "staging": ("source", "staging", "seed"),
    "intermediate": ("staging", "intermediate", "seed"),
    "core": ("intermediate", "core", "seed"),
    "kpis": ("core",),
    "monitoring": ("staging", "intermediate", "core", "kpis", "monitoring", "seed", "snapshot"),
}


def model_places(project: Project) -> Iterator[Finding]:
    """A model stands in the folder of its layer, under the name that the layer's models have."""
    for model in project.models:
        place = "/".join((*model.folders, model.name))
        pattern, words = _PLACES.get(
            model.layer, ("(?!)", "staging/, intermediate/ or marts/core|kpis|monitoring/")
        )
        if not re.fullmatch(pattern, place):
            problem = f"{place} is no place of a model"
            yield Finding(model.file, 1, "places", problem, f"make it {words}", model.name)


def reading_directions(project: Project) -> Iterator[Finding]:
    """A model reads the layers before its own; only staging reads sources, those of its system.

    The ledger of what was published comes after all marts, and monitoring reads it.
    """
    for model in project.models:
        if model.layer not in _MAY_READ:
            continue
        for parent in (
            project.nodes[parent] for parent in model.parents if parent in project.nodes
        ):
            problem, advice = _wrong_reading(model, parent)
            if problem:
                line = _line_of(model, parent)
                yield Finding(model.file, line, "layers", problem, advice, model.name)


def _wrong_reading(model: Node, parent: Node) -> tuple[str, str]:
    """The fault in a model that reads a parent, and what to do; empty texts if there is none."""
    allowed = _MAY_READ[model.layer]
    reads = f"{model.layer} model {model.name} reads {_words(parent)}"
    if parent.layer == "source" and parent.system == _LEDGER and model.layer == "monitoring":
        return "", ""
    if parent.layer == "source" and model.layer != "staging":
        return f"{reads}; only staging reads sources", f"read the staging model of {parent.name}"
    if model.layer == "staging" and parent.layer in ("source", "staging"):
        system = parent.system or parent.folders[-1]
        if system != model.folders[-1]:
            return f"{reads} of another system", "unite the two systems in intermediate/"
    if parent.layer == model.layer == "intermediate" and parent.folders[1] > model.folders[1]:
        return (
            f"{reads} of the later floor {parent.folders[1]}",
            f"a floor reads only those before it: move {model.name} or what it needs",
        )
    if parent.layer in allowed:
        return "", ""
    return (
        reads,
        f"{model.layer} reads only {', '.join(allowed)}: move the logic to the layer it belongs to",
    )


def _words(node: Node) -> str:
    if node.kind == "source":
        return f"source {node.system}.{node.name}"
    return f"{node.layer or node.kind} {node.name}"


def _line_of(model: Node, parent: Node) -> int:
    """Line of the model's SQL that names the parent; 1 if a macro names it."""
    lines = model.sql.splitlines()
    return next(
        (
            number
            for number, line in enumerate(lines, 1)
            if re.search(rf"['\"]{parent.name}['\"]", line)
        ),
        1,
    )
