"""Options that many commands share are written once, as a bundle, and spread onto each of them.

A bundle is a frozen dataclass whose fields are options. A command names it as the type of a
parameter: on the command line there are its fields, in the function there is the bundle.
"""

import asyncio
import inspect
from collections.abc import Callable, Coroutine
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, get_type_hints

from typer import Typer

from starter.commands.failing import exit_codes

Work = Callable[..., Coroutine[Any, Any, None]]
F = TypeVar("F", bound=Work)


def command(app: Typer, name: str, *example: str) -> Callable[[F], F]:
    """Put the asynchronous function on the command line, with an example that can be copied."""

    def put(function: F) -> F:
        epilog = "\n".join(("Example:", *example))
        app.command(name, epilog=epilog)(_spread(function))
        return function

    return put


def _spread(function: Work) -> Callable[..., None]:
    own: list[inspect.Parameter] = []
    bundles: dict[str, type[Any]] = {}
    for parameter in inspect.signature(function, eval_str=True).parameters.values():
        if isinstance(parameter.annotation, type) and is_dataclass(parameter.annotation):
            bundles[parameter.name] = parameter.annotation
        else:
            own.append(parameter)
    shared = [option for kind in bundles.values() for option in _options(kind)]

    def run(**values: Any) -> None:
        made = {
            name: kind(**{each.name: values.pop(each.name) for each in fields(kind)})
            for name, kind in bundles.items()
        }
        with exit_codes():
            asyncio.run(function(**values, **made))

    run.__doc__ = function.__doc__
    run.__signature__ = inspect.Signature([*own, *shared])  # type: ignore[attr-defined]  # as PEP 362 has it
    run.__annotations__ = {}
    return run


def _options(kind: type[Any]) -> list[inspect.Parameter]:
    hints = get_type_hints(kind, include_extras=True)
    return [
        inspect.Parameter(
            each.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=each.default,
            annotation=hints[each.name],
        )
        for each in fields(kind)
    ]
