"""Where in a YAML file something stands, so that a finding can name its line."""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import yaml

Key = str | int


def parse_key_path(key_path: str) -> tuple[Key, ...]:
    """A place as dbt writes it, `models[0].columns[1]`, as keys: `("models", 0, "columns", 1)`."""
    parts = re.findall(r"\[(\d+)\]|([^.\[\]]+)", key_path)
    return tuple(int(index) if index else name for index, name in parts)


def line_of_keys(path: Path, keys: Sequence[Key]) -> int:
    """Line of the deepest of the keys that the file has; 1 if it is not there or is no YAML."""
    node = _root(path)
    line = 1
    for key in keys:
        child = _child(node, key)
        if child is None:
            break
        line, node = child
    return line


def line_of_name(path: Path, *names: str) -> int:
    """Line of the entry `name: <names[0]>`, or of the one named `names[1]` inside of it, and so on.

    Entries nearer the top of the tree win: a model is found before a column of the same name.
    """
    node, line = _root(path), 1
    for name in names:
        found = _named(node, name)
        if found is None:
            break
        line, node = found.start_mark.line + 1, found
    return line


def _root(path: Path) -> yaml.Node | None:
    try:
        return _compose(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError):
        return None


@lru_cache(maxsize=256)
def _compose(text: str) -> yaml.Node | None:
    node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    return node


def _child(node: yaml.Node | None, key: Key) -> tuple[int, yaml.Node] | None:
    """Line and node of one key of a mapping or one item of a list."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == key:
                return name.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        item = node.value[key]
        return item.start_mark.line + 1, item
    return None


def _named(node: yaml.Node | None, name: str) -> yaml.Node | None:
    """The mapping with `name: <name>` nearest to the top of the tree below a node."""
    level = _children(node)
    while level:
        for child in level:
            if isinstance(child, yaml.MappingNode) and any(
                key.value == "name" and isinstance(value, yaml.ScalarNode) and value.value == name
                for key, value in child.value
            ):
                return child
        level = [grandchild for child in level for grandchild in _children(child)]
    return None


def _children(node: yaml.Node | None) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [value for _, value in node.value]
    if isinstance(node, yaml.SequenceNode):
        return list(node.value)
    return []
