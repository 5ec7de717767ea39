"""Ping, and the WSDL as it is fetched."""


def test_ping_says_whose_system_it_is_and_who_asks(served):
    pong = served.client("support").ping()
    assert (pong.name, pong.level, pong.mode, pong.currency) == ("soap-support-en", "support", "full", "SEK")
    assert pong.operator and len(pong.version) == 12 and pong.at.tzinfo


def test_the_wsdl_says_the_address_it_was_asked_at(served):
    for host in ("billing.example", "[::1]:8080", "127.0.0.1:1"):
        status, _, text = served.send(b"", {"Host": host}, "GET", "/soap/?wsdl")
        assert status == 200 and f'location="http://{host}/soap/"' in text
