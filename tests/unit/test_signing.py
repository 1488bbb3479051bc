"""Signing, tested without a client."""

import httpx2
import pytest

from laaffic._http.signing import Signer, signature


def test_the_providers_published_vector() -> None:
    assert signature("bDqJFiq9", "7bz1lzh9", "1630468800") == "05d7a50893e22a5c4bb3216ae3396c7c"


def test_a_request_bears_the_three_headers() -> None:
    flow = Signer("bDqJFiq9", "7bz1lzh9", clock=lambda: 1630468800.9).auth_flow(
        httpx2.Request("POST", "https://x.invalid")
    )
    headers = next(flow).headers
    assert headers["Sign"] == "05d7a50893e22a5c4bb3216ae3396c7c"
    assert headers["Timestamp"] == "1630468800"
    assert headers["Api-Key"] == "bDqJFiq9"


@pytest.mark.parametrize("body", [{"status": "0"}, {"status": "-1"}, ["-16"], {"status": "-160"}, {"reason": "-16"}])
def test_only_an_expired_timestamp_is_signed_again(body: object) -> None:
    flow = Signer("k", "s").auth_flow(httpx2.Request("POST", "https://x.invalid"))
    next(flow)
    with pytest.raises(StopIteration):
        flow.send(httpx2.Response(200, json=body, headers={"Date": "Wed, 01 Sep 2021 04:00:00 GMT"}))


def test_an_expired_timestamp_is_signed_again_by_the_servers_clock_once() -> None:
    flow = Signer("bDqJFiq9", "7bz1lzh9", clock=lambda: 1.0e9).auth_flow(httpx2.Request("POST", "https://x.invalid"))
    next(flow)
    expired = httpx2.Response(200, json={"status": -16}, headers={"Date": "Wed, 01 Sep 2021 04:00:00 GMT"})
    assert flow.send(expired).headers["Sign"] == "05d7a50893e22a5c4bb3216ae3396c7c"
    with pytest.raises(StopIteration):
        flow.send(expired)


def test_a_signer_shows_no_secret() -> None:
    assert "7bz1lzh9" not in repr(Signer("bDqJFiq9", "7bz1lzh9"))
