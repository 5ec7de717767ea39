"""`leissner user`: people and systems that log in to the web pages and SOAP."""

import datetime as dt
import json
from zoneinfo import ZoneInfo

import click

from leissner.scripts import db, password
from leissner.scripts.errors import LeissnerError

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
@click.option("--expires", metavar="DAY", help="The last day that it counts; never: without end.")
@click.option("--operation", "operations", multiple=True, metavar="NAME",
              help="What it may call: an operation of SOAP, or a service as a whole. May be given several times; "
              "all: whatever its level may.")
@click.option("--address", "addresses", multiple=True, metavar="CIDR",
              help="Where it may be used from: an address or a network. May be given several times; any: everywhere.")
@click.option("--rate", type=click.IntRange(0), metavar="N", help="Requests a minute; 0: without limit.")
@click.option("--change", is_flag=True, help="Change the key of that title; what is not given stays as it is.")
@click.option("--revoke", is_flag=True, help="Make the key of that title count no more.")
def key(name, title, level, expires, operations, addresses, rate, change, revoke) -> None:
    """Make an API key for another system, shown this once; TITLE says what it is for."""
    if revoke and (change or level or expires or operations or addresses or rate is not None):
        raise click.UsageError("--revoke goes alone.")
    if change and level:
        raise click.UsageError("A key keeps its level: make another key.")
    with db.connect() as conn, db.transaction(conn, "admin"):
        if revoke:
            db.call(conn, "api_key_revoke", p_name=name, p_title=title)
            click.echo(f"API key {title} of {name} is revoked.")
            return
        given = _limits(conn, expires, operations, addresses, rate)
        if change:
            known = next((row for row in db.call(conn, "api_key_list") if (row["name"], row["title"]) ==
                          (name.lower(), title)), {})
            kept = {f"p_{one}": known.get(one) for one in ("expires_at", "operations", "addresses", "rate_limit")}
            db.call(conn, "api_key_save", p_name=name, p_title=title, **kept | given)
            click.echo(f"API key {title} of {name} is changed.")
        else:
            click.echo(db.call_one(conn, "api_key_add", p_name=name, p_title=title, p_level=level, **given))


def _limits(conn: db.Connection, expires, operations, addresses, rate) -> dict:
    """What a key may do, of what was given, as arguments."""
    given = {}
    if expires:
        given["p_expires_at"] = None if expires == "never" else _day_end(conn, expires)
    if operations:
        from leissner.soap.operations import allowed

        given["p_operations"] = [] if operations == ("all",) else allowed(operations)
    if addresses:
        given["p_addresses"] = [] if addresses == ("any",) else list(addresses)
    if rate is not None:
        given["p_rate_limit"] = rate or None
    return given


def _day_end(conn: db.Connection, day: str) -> dt.datetime:
    """The moment at which a day of the operator's is over."""
    try:
        after = dt.date.fromisoformat(day) + dt.timedelta(days=1)
    except ValueError:
        raise LeissnerError(f"{day} is not a day.", "Write it as 2026-12-31.") from None
    return dt.datetime.combine(after, dt.time(), _zone(conn))


def _zone(conn: db.Connection) -> ZoneInfo:
    operator = db.call(conn, "operator_get")
    return ZoneInfo(operator[0]["time_zone"] if operator else "UTC")


@user.command()
@click.argument("name", required=False)
@AS_JSON
def keys(name, as_json) -> None:
    """API keys, of all users or one: what each may do, whether it counts, when it was last used."""
    with db.connect() as conn, db.transaction(conn, "admin", read_only=True):
        found = [row for row in db.call(conn, "api_key_list") if name is None or row["name"] == name.lower()]
        zone = _zone(conn)
    if as_json:
        click.echo(json.dumps(found, default=str))
        return
    for row in found:
        limits = [
            ", ".join(row["operations"] or ["all operations"]),
            f"from {', '.join(row['addresses'])}" if row["addresses"] else "",
            f"{row['rate_limit']} a minute" if row["rate_limit"] else "",
            f"through {row['expires_at'].astimezone(zone) - dt.timedelta(seconds=1):%Y-%m-%d}"
            if row["expires_at"] else "",
            f"last used {row['last_used_at'].astimezone(zone):%Y-%m-%d %H:%M}" if row["last_used_at"] else "never used",
        ]
        click.echo(f"{row['name']:<24} {row['title']:<24} {row['level']:<12} {row['state']:<8}  "
                   + "; ".join(one for one in limits if one))


def _password_set(conn: db.Connection, name: str, ask: bool) -> None:
    """Asks for a password or makes one up, and sets it; one that was made up is printed."""
    words = click.prompt("Password", hide_input=True, confirmation_prompt=True) if ask else password.generate()
    db.call(conn, "password_set", p_name=name, **password.new(words))
    click.echo(f"Password of {name} is set." if ask else f"Password of {name}: {words}")
