"""The group of commands: a file in the folder is a command, and asking for help imports none of them."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from laaffic_cli import commands
from laaffic_cli._main import cli

COMMAND = '''\
"""Say hello."""
import click

@click.command()
def say_hello():
    click.echo("hello")
'''


@pytest.fixture
def _one_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put one more file into the folder."""
    (tmp_path / "say_hello.py").write_text(COMMAND)
    monkeypatch.setattr(commands, "__path__", [*commands.__path__, str(tmp_path)])


@pytest.mark.usefixtures("_one_more")
def test_a_new_file_is_a_new_command() -> None:
    assert "say-hello  Say hello." in CliRunner().invoke(cli, ["--help"]).output
    assert CliRunner().invoke(cli, ["say-hello"]).output == "hello\n"


def test_every_command_has_a_line_in_the_help() -> None:
    lines = CliRunner().invoke(cli, ["--help"]).output.partition("Commands:\n")[2].splitlines()
    expected = ["balance", "campaign", "check", "explain", "mock", "reconcile", "records", "report", "send", "statuses"]
    assert [line.split()[0] for line in lines] == expected
    assert all(len(line.split()) > 3 for line in lines)


@pytest.mark.parametrize("name", ["nothing", "../send", "__init__"])
def test_an_unknown_command_is_a_usage_error(name: str) -> None:
    result = CliRunner().invoke(cli, [name])
    assert result.exit_code == 2
    assert "No such command" in result.output


def test_help_is_light() -> None:
    program = (
        "import sys; from laaffic_cli._main import cli; cli(['--help'], standalone_mode=False); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"laaffic", "laaffic_mock", "rich", "httpx2"} & set(done.stdout.splitlines()[-1].split())
