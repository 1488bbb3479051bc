"""The error of everything about the gateway."""


class GatewayError(RuntimeError):
    """The gateway could not be started or asked, or refused what it was asked; the text says why and what to do."""

    __module__ = "laaffic_mock"
