"""Who may send: what every request has to prove, whichever endpoint it is for."""

from hashlib import md5

from laaffic_mock.gateway.contract import Contract
from laaffic_mock.gateway.desk.exchange import Refused, Request
from laaffic_mock.gateway.desk.rules import Rule, broken_key, broken_signature, broken_time, broken_timestamp
from laaffic_mock.gateway.desk.settings import Settings


def check_sender(request: Request, settings: Settings, now: float, contract: Contract) -> None:
    """Check the sender.

    Raises:
        Refused: it is signed wrongly (-1), at the wrong time (-16), or comes from the wrong address (-2).
    """
    headers = {name: request.headers.get(name, "") for name in contract.headers}
    well_formed = {name: contract.headers[name].fullmatch(value) is not None for name, value in headers.items()}
    key, sign, timestamp = headers["Api-Key"], headers["Sign"], headers["Timestamp"]
    text = settings.api_key + settings.api_secret + timestamp
    signature = md5(text.encode(), usedforsecurity=False).hexdigest()
    unproven = contract.codes["AUTHENTICATION_FAILED"]
    if not well_formed["Api-Key"] or key != settings.api_key:
        raise Refused(unproven, broken_key(key, settings.api_key))
    if not well_formed["Timestamp"]:
        raise Refused(unproven, broken_timestamp(timestamp))
    if not well_formed["Sign"] or sign.lower() != signature:
        raise Refused(unproven, broken_signature(sign, settings.api_key, timestamp))
    if abs(int(timestamp) - now) > contract.tolerance:
        raise Refused(contract.codes["TIMESTAMP_EXPIRED"], broken_time(timestamp, now, contract.tolerance))
    if settings.allowed_ips is not None and request.client not in settings.allowed_ips:
        expected = f"one of {', '.join(settings.allowed_ips) or 'no address at all'}"
        rule = Rule("ip", None, request.client, expected, "add this address to the setting allowed_ips")
        raise Refused(contract.codes["IP_RESTRICTED"], rule)
