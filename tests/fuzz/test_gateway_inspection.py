"""Bad inspection requests get a clear refusal, and change nothing for the worse."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.answers import ANY_JSON, SCALARS
from fuzz.conftest import assert_it_serves
from laaffic_mock import Gateway
from laaffic_mock.gateway.faults.faults import Fault

NUMBERS = SCALARS | st.sampled_from([10**400, 1e300, float("inf"), float("nan"), "1e300", -1, "0x10", 2**63])
SURROGATE = st.sampled_from(["\ud800", ["\udfff"]])
URLS = st.text(max_size=20).map("http://".__add__) | st.sampled_from(
    ["http://[", "http://[::1", "http://127.0.0.1:99999"]
)
REQUESTS = st.one_of(
    st.tuples(
        st.just("PATCH"),
        st.just("settings"),
        st.dictionaries(
            st.sampled_from(
                [
                    "api_key",
                    "api_secret",
                    "app_id",
                    "balance",
                    "words",
                    "templates",
                    "allowed_ips",
                    "clock_offset",
                    "deliver_after",
                    "held",
                    "records_per_page",
                    "x",
                ]
            ),
            NUMBERS | SURROGATE | st.lists(SCALARS, max_size=3),
            max_size=3,
        ),
    ),
    st.tuples(
        st.just("POST"),
        st.just("faults"),
        st.fixed_dictionaries(
            {},
            optional={
                "fault": st.sampled_from(list(Fault)) | SCALARS | SURROGATE,
                "times": NUMBERS,
                "seconds": NUMBERS,
            },
        ),
    ),
    st.tuples(
        st.just("PUT"),
        st.just("faults"),
        st.fixed_dictionaries(
            {},
            optional={
                "chances": st.dictionaries(st.sampled_from(list(Fault)) | st.text(max_size=5), NUMBERS, max_size=3)
                | SCALARS,
                "seed": NUMBERS,
            },
        ),
    ),
    st.tuples(st.just("POST"), st.just("advance"), st.fixed_dictionaries({}, optional={"seconds": NUMBERS})),
    st.tuples(
        st.just("POST"),
        st.just("deliver"),
        st.fixed_dictionaries(
            {},
            optional={
                "number": st.just("99955500001") | SCALARS | SURROGATE,
                "msg_id": SCALARS | SURROGATE,
                "failed": SCALARS,
                "reason": SCALARS | SURROGATE,
            },
        ),
    ),
    st.tuples(
        st.just("PUT"),
        st.just("pushes"),
        st.fixed_dictionaries(
            {}, optional={"url": SCALARS | SURROGATE | URLS, "shapes": st.sampled_from(["plain", "odd"]) | ANY_JSON}
        ),
    ),
    st.tuples(
        st.just("POST"), st.just("pushes/again"), st.fixed_dictionaries({}, optional={"msg_id": SCALARS | SURROGATE})
    ),
    st.tuples(
        st.sampled_from(["PATCH", "PUT", "POST", "DELETE"]),
        st.sampled_from(
            ["settings", "faults", "advance", "deliver", "pushes", "messages/wait", "messages", "requests", "x"]
        ),
        ANY_JSON,
    ),
)


@pytest.fixture(scope="module")
def http(gateway: Gateway) -> Iterator[httpx2.Client]:
    """Return an HTTP client to the gateway's inspection paths."""
    headers = {"X-Laaffic-Mock": "1"}
    with httpx2.Client(base_url=f"{gateway.url}/_mock/", headers=headers, trust_env=False, timeout=30) as client:
        yield client


@settings(deadline=None, max_examples=120)
@given(request=REQUESTS)
def test_any_inspection_request_is_done_or_refused(
    gateway: Gateway, http: httpx2.Client, request: tuple[str, str, Any]
) -> None:
    method, path, body = request
    response = http.request(method, path, content=json.dumps(body))
    by_prism_alone = {403} if (method, path) == ("POST", "requests") else set()
    assert response.status_code in {200, 204, 400, 404, 405} | by_prism_alone
    if response.status_code == 400:
        assert response.json()["error"]
    assert http.get("settings").status_code == 200
    assert http.get("messages").status_code == 200
    assert http.get("requests").status_code == 200
    assert_it_serves(gateway)


@settings(deadline=None, max_examples=50)
@given(
    query=st.dictionaries(
        st.sampled_from(["q", "number", "state", "after", "offset", "limit", "x"]),
        st.sampled_from(["", "-1", "1e400", "nan", "9" * 400, "1e18", "10001", "0.5", "1_0"]) | st.text(max_size=5),
    )
)
def test_any_query_of_messages_is_answered_or_refused(
    gateway: Gateway, http: httpx2.Client, query: dict[str, str]
) -> None:
    response = http.get("messages", params=query)
    assert response.status_code in {200, 400}
    if response.status_code == 400:
        assert response.json()["error"]
    assert_it_serves(gateway)


@settings(deadline=None, max_examples=50)
@given(
    query=st.dictionaries(
        st.sampled_from(["only", "after", "limit", "x"]),
        st.sampled_from(["all", "refused", "-1", "1e400", "nan", "9" * 400, "0.5"]) | st.text(max_size=5),
    )
)
def test_any_query_of_requests_is_answered_or_refused(
    gateway: Gateway, http: httpx2.Client, query: dict[str, str]
) -> None:
    assert http.get("requests", params=query).status_code in {200, 400}
    assert_it_serves(gateway)


@settings(deadline=None, max_examples=50)
@given(
    query=st.dictionaries(
        st.sampled_from(["number", "containing", "after", "x"]),
        st.sampled_from(["", "-1", "9" * 400, "9" * 13, "99955500001"]) | st.text(max_size=5),
    ),
    timeout=st.sampled_from(["0", "0.001", "-1", "nan", "1e400", ""]),
)
def test_any_wait_for_a_message_is_answered_or_refused(
    gateway: Gateway, http: httpx2.Client, query: dict[str, str], timeout: str
) -> None:
    response = http.get("messages/wait", params={**query, "timeout": timeout})
    assert response.status_code in {200, 400}
    assert_it_serves(gateway)


def test_a_refused_change_of_settings_changes_none_of_them(gateway: Gateway, http: httpx2.Client) -> None:
    gateway.clear()
    before = http.get("settings").json()
    assert http.patch("settings", json={"balance": 5, "words": 7}).status_code == 400
    assert http.get("settings").json() == before


def test_a_clock_that_no_date_can_tell_is_refused(gateway: Gateway, http: httpx2.Client) -> None:
    assert http.patch("settings", json={"clock_offset": 1e18}).status_code == 400
    assert_it_serves(gateway)
