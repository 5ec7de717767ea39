"""The start page of a new installation."""

import re


def test_a_new_installation_says_what_comes_first_and_has_a_starter(web):
    admin = web.browser("admin")
    assert "begin with the starter" in admin.get("/").get_data(as_text=True)
    tried = admin.post("/admin/import", data={"starter": "yes"}).get_data(as_text=True)
    address = re.search(r'action="(/admin/import/[0-9a-f]+)"', tried).group(1)
    assert admin.post(address).status_code == 303
    start = admin.get("/").get_data(as_text=True)
    assert "begin with the starter" not in start and "address and bank account" in start
    assert "Try the starter" not in admin.get("/admin/import").get_data(as_text=True)
