"""The error of everything about Prism."""


class PrismError(RuntimeError):
    """Prism could not be found or started, or has ended; the text says why and what to do.

    Attributes:
        missing: whether Node.js or Prism is not installed, or is too old.
    """

    __module__ = "laaffic_mock"

    def __init__(self, text: str, *, missing: bool = False) -> None:
        super().__init__(text)
        self.missing = missing
