"""Every link of every page leads to a page that its reader may see, at every level."""

import pytest

from leissner.scripts import db
from leissner.scripts.bench_web import LEVELS, enter, walk


@pytest.mark.parametrize("level", LEVELS)
def test_no_link_leads_nowhere(golden_web, level):
    with golden_web.database.connect(db.CLI_LOGIN) as conn:
        client = enter(golden_web.app, conn, level)
    wrong = {}
    for seen in walk(client, level):
        if seen.status not in (200, 302):
            wrong[seen.address] = seen.status
    assert wrong == {}
