"""The one error that commands raise on purpose: its text is the sentence a person reads."""


class LeissnerError(Exception):
    """A problem a person can do something about; the command prints it as one line and exits with `code`."""

    def __init__(self, sentence: str, hint: str | None = None, code: int = 1):
        super().__init__(sentence)
        self.hint = hint
        self.code = code
