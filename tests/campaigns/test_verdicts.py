"""What follows from what became of a request."""

import pytest

import laaffic
from laaffic_campaigns._protocol.verdicts import verdict_of


def failed(kind: type[laaffic.LaafficError], state: str, **more: object) -> laaffic.LaafficError:
    recipient = laaffic.Recipient("99900000001", None, None, laaffic.State(state), 0)
    sent = "unknown" if state in {"accepted", "unknown"} else "no"
    return kind("why", result=laaffic.BatchResult((recipient,)), sent=sent, **more)  # type: ignore[arg-type]  # any of its arguments


@pytest.mark.parametrize(
    "error",
    [
        failed(laaffic.NotSentError, "not_sent"),
        failed(laaffic.ConfigurationError, "not_sent"),
        failed(laaffic.AuthenticationError, "rejected"),
        failed(laaffic.IPRestrictedError, "rejected"),
        failed(laaffic.InsufficientBalanceError, "rejected"),
        failed(laaffic.AccountLockedError, "rejected"),
        failed(laaffic.KeyDisabledError, "rejected"),
        failed(laaffic.KeyNotAllowedError, "rejected"),
        failed(laaffic.HTTPStatusError, "rejected", http_status=401),
        failed(laaffic.HTTPStatusError, "rejected", http_status=403),
        failed(laaffic.HTTPStatusError, "rejected", http_status=404),
        failed(laaffic.HTTPStatusError, "rejected", http_status=407),
    ],
    ids=lambda error: f"{type(error).__name__}{error.http_status or ''}",
)
def test_what_every_request_would_meet_releases_and_pauses(error: laaffic.LaafficError) -> None:
    verdict = verdict_of(error)
    assert verdict.release
    assert verdict.why == str(error)


@pytest.mark.parametrize(
    "error",
    [failed(laaffic.HTTPStatusError, "rejected", http_status=429), failed(laaffic.TimestampExpiredError, "rejected")],
    ids=["429", "-16"],
)
def test_what_may_pass_releases_and_slows_down(error: laaffic.LaafficError) -> None:
    verdict = verdict_of(error)
    assert verdict.release
    assert verdict.slow
    assert verdict.why is None


@pytest.mark.parametrize(
    "error",
    [
        failed(laaffic.InsufficientBalanceError, "accepted"),
        failed(laaffic.TimestampExpiredError, "unknown"),
        failed(laaffic.HTTPStatusError, "unknown", http_status=403),
    ],
    ids=["-10 with somebody accepted", "-16 without proof", "403 that may be a success"],
)
def test_without_proof_nothing_is_released_and_it_pauses(error: laaffic.LaafficError) -> None:
    verdict = verdict_of(error)
    assert not verdict.release
    assert verdict.why == str(error)


@pytest.mark.parametrize(
    "error",
    [
        failed(laaffic.OutcomeUnknownError, "unknown"),
        failed(laaffic.UnknownStatusError, "unknown"),
        failed(laaffic.GatewayFaultError, "unknown"),
        failed(laaffic.HTTPStatusError, "unknown", http_status=302),
        failed(laaffic.HTTPStatusError, "unknown", http_status=429),
        None,
    ],
    ids=lambda error: type(error).__name__,
)
def test_after_a_success_or_a_lost_response_it_goes_on(error: laaffic.LaafficError | None) -> None:
    verdict = verdict_of(error)
    assert not verdict.release
    assert verdict.why is None
    assert not verdict.refused


@pytest.mark.parametrize("kind", [laaffic.SensitiveContentError, laaffic.InvalidNumberError, laaffic.InvalidFieldError])
def test_a_refusal_for_what_is_in_the_chunk_is_recorded(kind: type[laaffic.LaafficError]) -> None:
    verdict = verdict_of(failed(kind, "rejected"))
    assert not verdict.release
    assert verdict.refused
