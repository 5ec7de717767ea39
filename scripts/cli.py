"""The command `leissner`. Each command lives in its own module and is imported only when it is called."""

import importlib
import os
import sys

import click

from leissner.scripts.errors import LeissnerError

# command: (module, what it does). The module has an attribute of the command's name, a click command or group.
COMMANDS = {
    "up": ("server", "Make the home ready: server, database, migrations"),
    "down": ("server", "Stop the embedded server"),
    "status": ("server", "Which database is in use, and is it up to date?"),
    "psql": ("server", "Open psql on the database in use"),
    "migrate": ("migrate", "Bring the database to this version"),
    "user": ("user", "Users: add, list, disable, password; API keys"),
    "import": ("import_", "Reference data from CSV and XLSX files"),
    "export": ("export", "Reference data to files"),
    "calls": ("calls", "Call records: load, rate, rerate, suspense, explain, export"),
    "quote": ("quote", "The price of one call"),
    "margin": ("margin", "Revenue, cost and margin per product, customer, seller …"),
    "rates": ("rates", "Suppliers' rate sheets, shown and then written"),
    "simulate": ("simulate", "What a draft list or a ring would make of real traffic"),
    "bill": ("bill", "Invoices: run, check, approve, deliver"),
    "ledger": ("ledger", "What payers owe: open items, statements of account"),
    "accounting": ("accounting", "The journal to the books: SIE 4, accruals, trial balance"),
    "report": ("report", "Reports: as a table, CSV, XLSX or JSON"),
    "job": ("job", "What is done by the clock: run-due, list, show, run"),
    "payments": ("payments", "Bank files: fetch, load, match, list, assign, undo"),
    "credit": ("credit", "Credit control: warnings, blocks, reminders, collection"),
    "serve": ("serve", "The web interface"),
    "check": ("check", "Prove on the live data what must always be true"),
    "demo": ("demo", "A believable operator to try everything on"),
    "bench": ("bench", "How fast is it here?"),
}
ATTRIBUTES = {"import": "import_", "migrate": "migrate_command"}


class LazyGroup(click.Group):
    """Knows its commands by name; a module that does not import breaks only its own command."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"leissner.scripts.{COMMANDS[name][0]}")
        return getattr(module, ATTRIBUTES.get(name, name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, what) for name, (_, what) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="leissner-billing")
def leissner() -> None:
    """Leissner Billing: telecom billing in PostgreSQL.

    Exit codes: 0 all is well, 1 something needs a person, 2 wrong use, 3 no database.
    """


def main() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))


def run(args: list[str]) -> int:
    """Runs a command and gives its exit code; every error becomes one clear line on stderr."""
    try:
        return leissner(args, standalone_mode=False, prog_name="leissner") or 0
    except click.exceptions.Abort:
        return fail("Interrupted.", code=130)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except LeissnerError as error:
        return fail(str(error), error.hint, error.code)
    except BrokenPipeError:  # the reader, `head` say, has seen enough; nor shall the last flush complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return fail(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")
    except Exception as error:
        import psycopg

        if not isinstance(error, psycopg.Error):
            raise
        from leissner.scripts import db

        problem = db.problem(error)
        return fail(f"{problem.sentence} ({problem.code})", problem.hint, 3 if problem.status == 503 else 1)


def fail(sentence: str, hint: str | None = None, code: int = 1) -> int:
    """Prints what went wrong, and what to do about it."""
    click.echo(f"leissner: {sentence}", err=True)
    if hint:
        click.echo(f"  {hint}", err=True)
    return code
