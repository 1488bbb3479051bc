"""Who may send: what every request has to prove, whichever endpoint it is for."""

from hashlib import md5

from laaffic_mock.gateway.contract import Contract
from laaffic_mock.gateway.desk.exchange import Refused, Request
from laaffic_mock.gateway.desk.settings import Settings


def check_sender(request: Request, settings: Settings, now: float, contract: Contract) -> None:
    """Check the sender.

    Raises:
        Refused: it is signed wrongly (-1), at the wrong time (-16), or comes from the wrong address (-2).
    """
    headers = {name: request.headers.get(name, "") for name in contract.headers}
    if any(not contract.headers[name].fullmatch(value) for name, value in headers.items()):
        raise Refused(contract.codes["AUTHENTICATION_FAILED"])
    text = settings.api_key + settings.api_secret + headers["Timestamp"]
    signature = md5(text.encode(), usedforsecurity=False).hexdigest()
    if headers["Api-Key"] != settings.api_key or headers["Sign"].lower() != signature:
        raise Refused(contract.codes["AUTHENTICATION_FAILED"])
    if abs(int(headers["Timestamp"]) - now) > contract.tolerance:
        raise Refused(contract.codes["TIMESTAMP_EXPIRED"])
    if settings.allowed_ips is not None and request.client not in settings.allowed_ips:
        raise Refused(contract.codes["IP_RESTRICTED"])
