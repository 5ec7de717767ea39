"""Check digits in SQL against python-stdnum, which others wrote from the same rules."""

import random

from stdnum import iban, iso11649, luhn
from stdnum.no import kontonr
from stdnum.se import orgnr


def ask(conn, function, kind, texts):
    """What the database says of each text, in order."""
    rows = conn.execute(
        f"select logic.{function}(%s, text) as answer from unnest(%s::text[]) with ordinality as one (text, n)"
        " order by n",
        (kind, texts),
    )
    return [row["answer"] for row in rows]


def test_check_digits_agree_with_stdnum(database):
    chance = random.Random(11649)

    def some(signs, length):
        return "".join(chance.choices(signs, k=length))

    digits = [some("0123456789", length) for length in range(2, 26) for _ in range(200)]
    eleven = [some("123456789", 11) for _ in range(3000)]
    ten = [some("123456789", 10) for _ in range(1000)]
    national = [some("0123456789ABCXYZ", chance.randint(1, 21)) for _ in range(2000)]
    # 00, 01 and 99 are never made, but leave 1 by modulus 97 as well
    guessed = [f"RF{chance.randint(2, 98):02}{rest}" for rest in national]
    swedish = ["500" + some("0123456789", 17) for _ in range(500)]
    swedish = [f"SE{iban.calc_check_digits('SE00' + body)}{body}" for body in swedish]
    with database.connect() as conn:
        made = ask(conn, "reference_make", "rf", national)
        assert all(iso11649.is_valid(text) for text in made)
        assert all(ask(conn, "reference_check", "rf", made))
        assert ask(conn, "reference_check", "rf", guessed) == [iso11649.is_valid(text) for text in guessed]
        assert ask(conn, "reference_check", "luhn", digits) == [luhn.is_valid(text) for text in digits]
        assert all(luhn.is_valid(text) for text in ask(conn, "reference_make", "ocr", [one[:19] for one in digits]))
        assert ask(conn, "account_check", "no_account", eleven) == [kontonr.is_valid(text) for text in eleven]
        assert ask(conn, "account_check", "org_no", ten) == [orgnr.is_valid(text) for text in ten]
        assert all(ask(conn, "account_check", "iban", swedish))
