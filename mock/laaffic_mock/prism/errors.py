"""The error of everything about Prism."""


class PrismError(RuntimeError):
    """Prism could not be found or started, or has ended; the text says why and what to do."""

    __module__ = "laaffic_mock"
