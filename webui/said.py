"""What commands that a page has started print, in the reader's language: commands speak English.

A line that is none of SAID is shown as it is; what has only words and counts is translated word by word.
"""

import re

from leissner.webui import shape
from leissner.webui.texts import gettext as _
from leissner.webui.texts import is_known, language

# As the commands write them; {rest} may itself be one of these.
SAID = (
    "leissner: {rest}", "print: {rest}", "email: {rest}", "einvoice: {rest}", "print_house: {rest}",
    # deliveries of a run
    "leissner bill deliveries {run} says what failed and why.",
    "Warning: {n} letters not acknowledged by the print house in 24 hours.",
    "Warning: 1 letter not acknowledged by the print house in 24 hours.",
    "leissner bill print-files {run} --to URL --read-acks reads its answers; else ask there.",
    "No place is set for {name}.", "Import settings.csv with the row {row} or name it with the option.",
    "Run {run} is being delivered by someone else right now.", "Wait until that is done, and run the command again.",
    "There is no run {run}.", "leissner bill list shows the runs.", "The operator has no e-mail address.",
    "Fill in email in operator.csv.", "No mail server is set.",
    "Import settings.csv with the row {row}; the password comes from LEISSNER_SMTP_PASSWORD.",
    "The mail server {host} does not answer: {why}", "Nothing was sent. Is the setting smtp right?",
    "The mail server broke off at {what}: {why}", "The same command goes on where it stopped.",
    # reminders
    "{no} to {file}: {why}", "There is no run of reminders {run}.", "leissner credit remind list shows them.",
    "Name it with --print-house URL, or print here: --here.",
    # messages and orders of credit
    "{sent} sent, {failed} refused, {waiting} waiting.", "No order waits.",
    "{sent} sent, {confirmed} of them confirmed at once, {failed} refused, {waiting} waiting.", "No switch is set.",
    "Import settings.csv with the row switch_url,https://…, or write a file: leissner credit orders --to FOLDER",
    "Orders are being sent by someone else right now.", "The switch broke off at order {id}: {why}",
    "{n} orders wait; the same command goes on where it stopped.",
    "The setting switch_url is no address such as https://switch.example/orders.",
    "The secret that signs orders is missing.",
    "Put it into LEISSNER_SWITCH_SECRET, or name its file in LEISSNER_SWITCH_SECRET_FILE.",
    # payments fetched
    "There is no payment source yet.", "leissner import payment_sources.csv brings them.",
    "{source}: someone else is fetching from it right now.", "{source}: nothing new",
    "{source}: nothing new, {n} known before", "{source}: {n} files", "{source}: 1 file",
    "{source}: {n} files, {known} known before", "{source}: 1 file, {known} known before",
    "{reference} checked", "{reference} typed",
    "It is here as {file}; --retry loads it again.", "There is no folder {folder}.",
)
COUNTS = re.compile(r"\d[\d,]* [a-z][a-z ]*(, \d[\d,]* [a-z][a-z ]*)*\.?")
RULES = [(re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(one))), one) for one in SAID]


def lines(log: list[str]) -> list[str]:
    """The lines of a log."""
    return log if language() == "en" else [line(one) for one in log]


def line(text: str) -> str:
    """A line, with the space before it."""
    words = text.strip()
    return text[:len(text) - len(text.lstrip())] + _said(words) if words else text


def _said(words: str) -> str:
    for rule, english in RULES:
        if found := rule.fullmatch(words):
            return _(english, **{name: _said(value) if name in ("rest", "why") else shape.said(value)
                                 for name, value in found.groupdict().items()})
    if COUNTS.fullmatch(words):
        words = re.sub(r"\d+(,\d{3})+", lambda one: shape.digits(one[0].replace(",", "")), words)
        return re.sub(r"(?<=\d )[a-z][a-z ]*", lambda one: _(one[0]) if is_known(one[0]) else one[0], words)
    return shape.said("".join(map(_cell, re.split(r"(\s{2,}\S+)", words))))


def _cell(one: str) -> str:
    """A column of a table, as wide as it was."""
    word = one.strip()
    if not is_known(word):
        return one
    return _(word).rjust(len(one)) if one[0] == " " else _(word).ljust(len(one))
