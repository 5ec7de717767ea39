"""Who is who: logging in and out, the levels of pages, sessions. A page without levels does not exist."""

import re
from collections.abc import Callable
from functools import wraps

from flask import Blueprint, Flask, abort, current_app, g, redirect, render_template, request, session, url_for
from flask_login import UserMixin, current_user, login_user, logout_user

from leissner.scripts import db, password
from leissner.webui import database, errors
from leissner.webui.texts import gettext as _

pages = Blueprint("access", __name__, template_folder="templates")
STAFF = ("admin", "pricing", "sales", "support", "finance", "credit", "report", "auditor", "batch", "integration")
EVERYONE = (*STAFF, "seller", "customer")
NOBODY_YET = ()  # pages for those who are not logged in
OURS = re.compile(r"/(?!/)[^\\\x00-\x1f\x7f]*")  # browsers leave tabs out and take \ for /


class User(UserMixin):
    """Who is logged in, as the database knows the session."""

    def __init__(self, token: str, row: dict):
        self.token = token
        self.name, self.full_name = row["name"], row["full_name"]
        self.level, self.levels, self.language = row["level"], row["levels"], row["language"]
        self.seller, self.customer_no = row["seller"], row["customer_no"]

    def get_id(self) -> str:
        return self.token

    def may(self, *levels: str) -> bool:
        """Has the session one of these levels? Admin has those of all staff."""
        return self.level in levels or self.level == "admin" and any(level in STAFF for level in levels)


def set_up(app: Flask) -> None:
    app.register_blueprint(pages)
    app.extensions["levels"] = {"assets.file": None, "access.login": None, "health": None}
    app.jinja_env.globals["may"] = lambda *levels: current_user.is_authenticated and current_user.may(*levels)
    app.add_url_rule("/health", "health", health)


def page(blueprint: Blueprint, rule: str, levels: tuple[str, ...], methods: tuple[str, ...] = ("GET",)) -> Callable:
    """A route with the levels that may use it: @page(pages, "/customers", STAFF)."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def guarded(**values):
            return view(**values)

        guarded.levels = levels
        blueprint.add_url_rule(rule, view.__name__, guarded, methods=list(methods))
        return guarded

    return decorate


def levels_of(endpoint: str | None) -> tuple[str, ...] | None:
    """The levels that may use an endpoint; None: those who are not logged in, too."""
    view = current_app.view_functions.get(endpoint)
    if view is None:
        return None
    known = current_app.extensions["levels"]
    return known[endpoint] if endpoint in known else view.levels


def guard():
    """Before each request: is who asks logged in, and may this level see the page?"""
    levels = levels_of(request.endpoint)
    if levels is None:
        return None
    if not current_user.is_authenticated:
        return current_app.login_manager.unauthorized()
    if not current_user.may(*levels):
        abort(403)
    return None


def ask():
    """Who is not logged in, or not any more, logs in and goes on where they were; a form that was sent is kept."""
    has_page = request.url_rule and "GET" in request.url_rule.methods
    return errors.unsent() or redirect(url_for(
        "access.login", next=request.full_path.rstrip("?") if has_page else None))


def user_of(token: str) -> User | None:
    """The user of a session token, asked of the database at each request: a closed session ends at once."""
    with database.plain() as conn, conn.transaction():
        row = db.session_user(conn, token)
    return User(token, row) if row else None


def health():
    """Is the application there, and its database?"""
    with database.plain() as conn:
        db.call(conn, "message_get", p_code="LB901")
    return {"status": "ok"}


@pages.route("/login", methods=["GET", "POST"])
def login():
    if current_user.is_authenticated:
        return redirect(url_for("start.start"))
    problem, name = None, request.form.get("name", "").strip()
    if request.method == "POST":
        try:
            with database.plain() as conn:
                opened = password.login(conn, name, request.form.get("password", ""), request.remote_addr)
        except database.psycopg.Error as error:
            with database.plain() as conn:
                problem = db.problem(error, conn, g.language).sentence
        else:
            if opened and (user := user_of(opened["token"])):
                session.clear()
                session.permanent = True
                login_user(user)
                return redirect(_next())
            problem = _("The name or the password is wrong.")
    return render_template("access/login.html", problem=problem, name=name), 200 if problem is None else 422


def _next() -> str:
    """Where who logs in was going: a path of ours, no other."""
    target = request.args.get("next", "")
    return target if OURS.fullmatch(target) else url_for("start.start")


@page(pages, "/logout", EVERYONE, ("POST",))
def logout():
    database.value("logout")
    logout_user()
    session.clear()
    return redirect(url_for("access.login"))


@page(pages, "/level", EVERYONE, ("POST",))
def level():
    """Act with another of one's levels."""
    database.value("session_level_set", p_level=request.form.get("level"))
    return redirect(url_for("start.start"))
