"""What went wrong, in plain words: what happened, why, what to do next. No page of a framework, no bare number."""

import logging
import secrets

from flask import Flask, current_app, g, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from leissner.scripts.errors import LeissnerError
from leissner.webui.database import Refused
from leissner.webui.texts import gettext as _

SECRET = ("access.login", "start.me", "access.level", "access.logout")  # what was typed there is not shown again
log = logging.getLogger("leissner.web")


def set_up(app: Flask) -> None:
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(LeissnerError, lambda error: page(
        503 if error.code == 3 else 422, str(error), error.hint))
    app.register_error_handler(CSRFError, lambda error: unsent() or page(
        400, _("This form has lain open too long, or was sent from elsewhere."),
        _("Go back, load the page again, and send it once more.")))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)


def page(status: int, sentence: str, hint: str | None = None):
    """A page with a sentence; a notice where only a part of a page was asked for."""
    try:
        template = "error_part.html" if request.headers.get("HX-Request") else "error.html"
        if template == "error.html" and not current_user.is_authenticated:
            template = "error_alone.html"
        return render_template(template, sentence=sentence, hint=hint, status=status), status
    except Exception:  # the database that would say who asks is away, too
        log.exception("the page of an error at %s", request.path)
        g._login_user = current_app.login_manager.anonymous_user()
        return render_template("error_alone.html", sentence=sentence, hint=hint, status=status), status


def unsent():
    """A page that keeps what was typed into a form of ours whose session has ended meanwhile, to send it once more;
    None for what comes from elsewhere, for passwords, files and parts of pages. Nothing of it is done before the form
    comes again with the token of a session."""
    ours = request.headers.get("Sec-Fetch-Site") == "same-origin" or \
        request.headers.get("Origin", "").partition("://")[2] == request.host
    typed = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    if request.method != "POST" or not ours or not typed or request.files or request.endpoint in SECRET \
            or request.headers.get("HX-Request"):
        return None
    return render_template("unsent.html", typed=typed, address=request.full_path.rstrip("?")), 400


def _refused(error: Refused):
    if error.problem.status >= 500 and error.problem.status != 503:
        return _unforeseen(error.__cause__ or error)
    return page(error.problem.status, error.problem.sentence, error.problem.hint)


def _http(error: HTTPException):
    known = {
        403: (_("Your level may not see this page."),
              _("Ask an administrator, or change your level at the top right.")),
        404: (_("There is no such page."), _("It may have moved, or the address was mistyped. Search with the / key.")),
        405: (_("This address takes no such request."), None),
        413: (_("That is too large to upload."), _("Load large files with the leissner command, or in parts.")),
    }
    sentence, hint = known.get(error.code or 500, (error.description or error.name, None))
    return page(error.code or 500, sentence, hint) if (error.code or 500) >= 400 else error


def _unforeseen(error: Exception):
    number = secrets.token_hex(4)
    log.exception("error %s at %s %s", number, request.method, request.path, exc_info=error)
    g.is_refused = True
    return page(500, _("Something went wrong that we did not foresee."),
                _("Nothing was saved. Tell the operator's support the number {number}.", number=number))
