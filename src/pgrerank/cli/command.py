"""Error handling, help examples and settings, shared by all commands."""

import errno
import re
import traceback
from collections.abc import Collection, Coroutine, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec
from click.core import ParameterSource
from rich.text import Text
from rich_click import RichCommand, RichGroup

from pgrerank.domain import secret
from pgrerank.domain.errors import InvalidRequestError, PgrerankError
from pgrerank.settings import Settings, secrets

Result = TypeVar("Result")

#: maximum width of an example: fits 80 columns with margins and a trailing backslash
_EXAMPLE_WIDTH = 74
#: where a command line may be broken: before an option or a pipe
_BREAKS = re.compile(r"""\s+(?=--?[a-z]|[|]|&&)(?=(?:[^'"]|'[^']*'|"[^"]*")*$)""")


#: module to the extra that installs it
_EXTRAS = {
    "matplotlib": "report",
    "mcp": "mcp",
    "sentence_transformers": "server",
    "torch": "server",
    "transformers": "server",
}


class Failed(Exception):  # noqa: N818 - names the outcome of a command, not a kind of error
    """A command failed. The message is printed as one line on standard error."""

    exit_code = 1


class Misused(Failed):
    """The command was called wrongly."""

    exit_code = 2


class Interrupted(Failed):
    """Ctrl-C ended a command. The message says what is kept."""

    exit_code = 130


class Command(RichCommand):
    """A command whose refusals name the option or argument at fault, not the field of the domain."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Raises InvalidRequestError with the option as its field."""
        try:
            return super().invoke(ctx)
        except InvalidRequestError as error:
            raise InvalidRequestError(self._as_typed(error.field), error.problem) from error

    def _as_typed(self, field: str) -> str:
        """The option or argument that sets a field, with the path in it; else the field."""
        name, separator, path = re.split(r"([.\[]|$)", field, maxsplit=1)
        for parameter in self.params:
            if name in _fields(parameter):
                return f"{_typed(parameter)} {separator.strip('.')}{path}".rstrip()
        return field


def _fields(parameter: click.Parameter) -> set[str]:
    """Fields of the domain that a parameter may set, by the names of both."""
    names = {(parameter.name or "").removesuffix("_name").removesuffix("_json")}
    return names | {option.lstrip("-").replace("-", "_") for option in parameter.opts}


def _typed(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Argument):
        return parameter.human_readable_name
    return max(parameter.opts, key=len)


def refuse_unused(context: click.Context, names: Collection[str], reason: str) -> None:
    """Refuse options on the command line that would have no effect.

    Args:
        context: The context of the command.
        names: Parameters of the command's function.
        reason: The rest of a sentence that begins with the option, such as `is for --from-log`.

    Raises:
        Misused: One of them was given.
    """
    for parameter in context.command.params:
        name = parameter.name or ""
        if name in names and context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise Misused(f"{_typed(parameter)} {reason}")


class Commands(RichGroup):
    """A group whose commands fail with one line instead of a traceback."""

    command_class = Command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and print its expected errors as one line.

        Any other exception is a bug and is printed as a traceback. Secrets are redacted from both.
        """
        try:
            return super().invoke(ctx)
        except (PgrerankError, Failed) as error:
            click.echo(secret.redact(f"pgrerank: {error}", secrets()), err=True)
            ctx.exit(_exit_code(error))
        except KeyboardInterrupt:  # in a command without its own message, see `interruptible`
            click.echo("pgrerank: interrupted", err=True)
            ctx.exit(Interrupted.exit_code)
        except Exception as error:
            if _is_for_click(error):
                raise
            if missing := _missing_extra(error):
                click.echo(f"pgrerank: {missing}", err=True)
                ctx.exit(Failed.exit_code)
            click.echo(secret.redact(traceback.format_exc(), secrets()), err=True, nl=False)
            click.echo("pgrerank: this is a fault of pgrerank; please report the above", err=True)
            ctx.exit(Failed.exit_code)


def _missing_extra(error: Exception) -> str | None:
    """Message with the install command for a missing optional module; None for other errors."""
    module = error.name if isinstance(error, ModuleNotFoundError) else None
    extra = _EXTRAS.get((module or "").partition(".")[0])
    return extra and f"this needs {module}: pip install 'pgrerank[{extra}]'"


def _is_for_click(error: Exception) -> bool:
    """Whether click handles the error itself: usage, exit, abort or a closed pipe."""
    by_click = (click.ClickException, click.exceptions.Exit, click.Abort)
    is_closed_pipe = isinstance(error, OSError) and error.errno == errno.EPIPE
    return isinstance(error, by_click) or is_closed_pipe


def _exit_code(error: PgrerankError | Failed) -> int:
    if isinstance(error, InvalidRequestError):
        return Misused.exit_code
    return error.exit_code if isinstance(error, Failed) else Failed.exit_code


@contextmanager
def interruptible(interrupt_note: str) -> Generator[None]:
    """Turn Ctrl-C into a message.

    Args:
        interrupt_note: Tells the user what is kept, and whether running it again resumes.

    Raises:
        Interrupted: Ctrl-C was pressed.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted. {interrupt_note}") from None


def run(work: Coroutine[Any, Any, Result], *, interrupt_note: str) -> Result:
    """Run a long operation, and return its result. For `interrupt_note` and errors see `interruptible`."""
    import asyncio  # a twentieth of a second that help does not need

    with interruptible(interrupt_note):
        return asyncio.run(work)


def examples(*lines: str) -> Any:
    """Epilog with examples that can be pasted into a shell.

    A line is a command, or `command  # remark`; the remark is printed above the command. Commands
    longer than 74 columns are broken before options with backslashes.
    """
    shown = "\n".join(["Examples:", *map(_example, lines)])
    return Text(shown, no_wrap=True, overflow="ignore")  # rich-click prints a Text unchanged


def _example(line: str) -> str:
    command, _, remark = line.partition("  # ")
    broken = _break_lines(command.rstrip())
    return f"\n  # {remark.strip()}\n  {broken}" if remark else f"\n  {broken}"


def _break_lines(command: str) -> str:
    lines = [""]
    for part in _BREAKS.split(command):
        longer = f"{lines[-1]} {part}".strip()
        if len(longer) <= _EXAMPLE_WIDTH - (len(lines) > 1) * 4 or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(part)
    return " \\\n      ".join(lines)


def read_settings(context: click.Context) -> Settings:
    """Settings from the environment and `--data-dir`. Raises SettingsError."""
    settings = Settings.from_environ()
    data_dir: Path | None = context.find_root().obj
    return msgspec.structs.replace(settings, data_dir=data_dir) if data_dir else settings
