from __future__ import annotations

import warnings

import pytest
import typer
from typer.testing import CliRunner

from recto.engine import errors
from recto.serving.cli.failures import Commands, ExitCode, exit_code, show_warnings

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.RectoError)
]


def app_that_raises(error: BaseException, *, command: str = "search") -> typer.Typer:
    app = typer.Typer(cls=Commands, rich_markup_mode=None, pretty_exceptions_enable=False)

    @app.callback()
    def root() -> None:
        """Made to have commands."""

    @app.command(command)
    def fail() -> None:
        raise error

    return app


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_an_exit_code(kind: type[errors.RectoError]) -> None:
    code = exit_code(kind("message"))
    if issubclass(kind, errors.NotFound):
        assert code == 3
    elif issubclass(kind, errors.KeyRefused):
        assert code == 4
    elif issubclass(kind, (errors.InputError, errors.LibraryError)):
        assert code == 2
    elif issubclass(kind, errors.BackendUnreachable):
        assert code == 5
    else:
        assert code in (1, 2)


def test_an_error_of_ours_is_shown_as_it_is() -> None:
    error = errors.BackendUnreachable("The store does not answer [bold]at all[/bold].")
    result = CliRunner().invoke(app_that_raises(error), ["search"])
    assert result.exit_code == ExitCode.UNREACHABLE
    assert result.stderr == "error: The store does not answer [bold]at all[/bold].\n"
    assert result.stdout == ""


def test_any_other_error_keeps_its_traceback() -> None:
    fault = ZeroDivisionError("ours")
    result = CliRunner().invoke(app_that_raises(fault), ["search"])
    assert result.exception is fault


@pytest.mark.parametrize(("command", "resumes"), [("add", True), ("ask", True), ("search", False)])
def test_ctrl_c_is_130_and_says_what_resumes(command: str, resumes: bool) -> None:
    result = CliRunner().invoke(app_that_raises(KeyboardInterrupt(), command=command), [command])
    assert result.exit_code == 130
    assert "Interrupted." in result.stderr
    assert ("the same command again" in result.stderr) is resumes


def test_a_warning_of_ours_is_a_line_without_its_place(
    capsys: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    show_warnings()
    warnings.warn("Look at this.", errors.RectoWarning, stacklevel=1)
    warnings.warn("Somebody else's.", UserWarning, stacklevel=1)
    assert capsys.readouterr().err == "warning: Look at this.\n"
    assert [str(other.message) for other in recwarn] == ["Somebody else's."]
