"""`leissner user`: people and systems that log in to the web pages and SOAP."""

import json

import click

from leissner.scripts import db, password

AS_JSON = click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
ASK = click.option("--ask", is_flag=True, help="Ask for the password instead of making one up.")


@click.group()
def user() -> None:
    """Users: who may log in, with which permission level."""


@user.command()
@click.argument("name")
@click.option(
    "--level",
    "levels",
    multiple=True,
    required=True,
    help="Permission level: admin, pricing, sales, support, finance, credit, seller, customer, report, auditor, "
    "batch or integration. May be given several times; the first is the usual one.",
)
@click.option("--seller", metavar="CODE", help="Level seller: whose rows the user sees.")
@click.option("--customer", metavar="NO", help="Level customer: whose subtree the user sees.")
@click.option("--full-name")
@click.option("--email")
@click.option("--language", default="en", show_default=True, help="en or sv.")
@ASK
def add(name, levels, seller, customer, full_name, email, language, ask) -> None:
    """Add a user, or change the one of that name. A new user gets a password, shown this once."""
    with db.connect() as conn, db.transaction(conn, "admin"):
        db.call(
            conn,
            "user_save",
            p_name=name,
            p_levels=list(levels),
            p_seller=seller,
            p_customer_no=customer,
            p_full_name=full_name,
            p_email=email,
            p_language=language,
        )
        has_password = next(row["has_password"] for row in db.call(conn, "user_list") if row["name"] == name.lower())
        if ask or not has_password:
            _password_set(conn, name, ask)
        else:
            click.echo(f"User {name} changed; the password stays.")


@user.command(name="list")
@AS_JSON
def list_(as_json) -> None:
    """All users, with levels and last login."""
    with db.connect() as conn, db.transaction(conn, "admin", read_only=True):
        users = db.call(conn, "user_list")
    if as_json:
        click.echo(json.dumps(users, default=str))
        return
    for row in users:
        scope = f" of {row['seller'] or row['customer_no']}" if row["seller"] or row["customer_no"] else ""
        login = f"{row['last_login_at']:%Y-%m-%d %H:%M}" if row["last_login_at"] else "never"
        state = "  disabled" if row["is_disabled"] else "" if row["has_password"] else "  no password"
        click.echo(f"{row['name']:<24} {', '.join(row['levels'])}{scope}  last login {login}{state}")


@user.command()
@click.argument("name")
@click.option("--enable", is_flag=True, help="Let the user in again.")
def disable(name, enable) -> None:
    """Shut a user out at once, open sessions and API keys included."""
    with db.connect() as conn, db.transaction(conn, "admin"):
        db.call(conn, "user_disable", p_name=name, p_is_disabled=not enable)
    click.echo(f"User {name} may {'' if enable else 'not '}log in.")


@user.command(name="password")
@click.argument("name")
@ASK
def password_(name, ask) -> None:
    """Give a user a new password, shown this once, and close the user's sessions."""
    with db.connect() as conn, db.transaction(conn, "admin"):
        _password_set(conn, name, ask)


@user.command()
@click.argument("name")
@click.argument("title")
@click.option("--level", help="The level it acts with; default: the user's first.")
@click.option("--revoke", is_flag=True, help="Make the key of that title count no more.")
def key(name, title, level, revoke) -> None:
    """Make an API key for another system, shown this once; TITLE says what it is for."""
    with db.connect() as conn, db.transaction(conn, "admin"):
        if revoke:
            db.call(conn, "api_key_revoke", p_name=name, p_title=title)
            click.echo(f"API key {title} of {name} is revoked.")
        else:
            click.echo(db.call_one(conn, "api_key_add", p_name=name, p_title=title, p_level=level))


def _password_set(conn: db.Connection, name: str, ask: bool) -> None:
    """Asks for a password or makes one up, and sets it; one that was made up is printed."""
    words = click.prompt("Password", hide_input=True, confirmation_prompt=True) if ask else password.generate()
    db.call(conn, "password_set", p_name=name, **password.new(words))
    click.echo(f"Password of {name} is set." if ask else f"Password of {name}: {words}")
