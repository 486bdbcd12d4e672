"""YAML as Centrifugo's libraries read it (yaml.v2 in 2 to 5, yaml.v3 in 6; seen on real releases).

Both are without dates and sexagesimals. `yes`, `on` and `y` are switches before 6, and words in 6,
which refuses a name that stands twice.
"""

import re
from typing import Any

import yaml

_TRUE_OF_2 = {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"}
_FALSE_OF_2 = {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"}
_SWITCHES_OF_6 = {"true", "True", "TRUE", "false", "False", "FALSE"}
_BOOL, _INT = "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int"
_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_WHOLE = re.compile(r"[-+]?(0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)$")


class YamlOf2To5(yaml.SafeLoader):
    """As yaml.v2 reads."""


class YamlOf6(yaml.SafeLoader):
    """As yaml.v3 reads."""


def _teach(loader: type[yaml.SafeLoader], switches: set[str]) -> None:
    """Plain scalars are switches if they are among `switches`."""
    resolvers = {
        first: [(tag, rule) for tag, rule in rules if tag not in {_BOOL, _INT, _TIMESTAMP}]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    loader.yaml_implicit_resolvers = resolvers
    words = re.compile(f"(?:{'|'.join(sorted(switches))})$")
    loader.add_implicit_resolver(_BOOL, words, sorted({word[0] for word in switches}))
    loader.add_implicit_resolver(_INT, _WHOLE, list("-+0123456789"))
    loader.add_constructor(_BOOL, _switch)
    loader.add_constructor(_INT, _whole)
    loader.add_multi_constructor("!", _untagged)


def _switch(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> bool:
    return loader.construct_scalar(node) in _TRUE_OF_2


def _untagged(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> Any:
    """What a tag of the writer's own stands before, as if it did not."""
    kinds = {yaml.ScalarNode: "scalar", yaml.SequenceNode: "sequence", yaml.MappingNode: "mapping"}
    return getattr(loader, f"construct_{kinds[type(node)]}")(node)


def _whole(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    digits = str(loader.construct_scalar(node)).replace("_", "")
    sign = -1 if digits.startswith("-") else 1
    digits = digits.lstrip("-+")
    if re.fullmatch(r"0[0-7]+", digits):
        return sign * int(digits, 8)
    return sign * int(digits, 0)


def _table_without_doubles(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    loader.flatten_mapping(node)
    names = [loader.construct_object(name) for name, _ in node.value]
    for number, name in enumerate(names):
        if name in names[:number]:
            raise yaml.constructor.ConstructorError(
                None, None, f"{name!r} stands twice", node.value[number][0].start_mark
            )
    return loader.construct_mapping(node, deep=True)


_teach(YamlOf2To5, _TRUE_OF_2 | _FALSE_OF_2)
_teach(YamlOf6, _SWITCHES_OF_6)
YamlOf6.add_constructor("tag:yaml.org,2002:map", _table_without_doubles)


def first_document(text: str, *, is_for_6: bool) -> Any:
    """The first document of a text, which is all that is read; None if there is none.

    Raises `ValueError` that tells the place of a fault.
    """
    try:
        # Both loaders are safe ones.
        return next(yaml.load_all(text, Loader=YamlOf6 if is_for_6 else YamlOf2To5), None)
    except yaml.MarkedYAMLError as error:
        if (mark := error.problem_mark) is None:
            raise ValueError(str(error)) from error
        place = f"line {mark.line + 1} column {mark.column + 1}"
        raise ValueError(f"{error.problem}, {place}") from error
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
