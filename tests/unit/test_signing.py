"""Signing, tested without a client."""

from laaffic._http.signing import Signer, signature


def test_the_providers_published_vector() -> None:
    assert signature("bDqJFiq9", "7bz1lzh9", "1630468800") == "05d7a50893e22a5c4bb3216ae3396c7c"


def test_a_request_bears_the_three_headers() -> None:
    headers = Signer("bDqJFiq9", "7bz1lzh9", clock=lambda: 1630468800.9).headers()
    assert headers == {
        "Api-Key": "bDqJFiq9",
        "Timestamp": "1630468800",
        "Sign": "05d7a50893e22a5c4bb3216ae3396c7c",
    }


def test_a_corrected_clock_signs_what_follows() -> None:
    signer = Signer("bDqJFiq9", "7bz1lzh9", clock=lambda: 1.0e9)
    signer.correct(1630468800.0)
    assert signer.headers()["Sign"] == "05d7a50893e22a5c4bb3216ae3396c7c"


def test_a_signer_shows_no_secret() -> None:
    assert "7bz1lzh9" not in repr(Signer("bDqJFiq9", "7bz1lzh9"))
