"""What a failing test says, and how a test lets things go wrong."""

from laaffic_mock import Gateway, RemoteGateway
from plugin.conftest import Run


def failing(expectation: str, sent: int = 1) -> str:
    """Return a test that sends so many messages and then expects something else."""
    return f"""
    def test_one(laaffic_gateway, laaffic_client):
        for place in range({sent}):
            laaffic_client.send_batch([laaffic.Message(f"999555{{place + 1:05}}", f"Your code is {{place}}")])
        laaffic_gateway.{expectation}
    """


def test_a_message_to_somebody_else_is_shown(run: Run) -> None:
    done = run(failing('assert_sent(to="99955599999")'))
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        [
            "E *AssertionError: expected at least one message to 99955599999, found 0.",
            "E *The gateway accepted 1:",
            "E *to 99955500001: 'Your code is 0'",
            "E *Requests that came: 1 (status 0: 1).",
        ]
    )


def test_another_text_is_shown(run: Run) -> None:
    done = run(failing('assert_sent(containing="4711")'))
    done.stdout.fnmatch_lines(["*message containing '4711', found 0.", "*'Your code is 0'"])


def test_a_wrong_count_is_shown(run: Run) -> None:
    done = run(failing("assert_sent(times=1)", sent=2))
    done.stdout.fnmatch_lines(["*expected 1 message, found 2.", "*accepted 2:"])


def test_what_should_not_have_been_sent_is_shown(run: Run) -> None:
    done = run(failing('assert_not_sent(to="+999 555 00001")'))
    done.stdout.fnmatch_lines(["*expected no message to +999 555 00001, found 1.", "*'Your code is 0'"])


def test_that_nothing_was_accepted_is_said_with_the_reason(run: Run) -> None:
    tests = """
    def test_one(laaffic_gateway, laaffic_client):
        laaffic_gateway.balance = 0
        with pytest.raises(laaffic.InsufficientBalanceError):
            laaffic_client.send_batch([MESSAGE])
        laaffic_gateway.assert_sent()
    """
    done = run(tests)
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        [
            "*The gateway accepted no message.",
            "*Requests that came: 1 (status -10: 1).",
            "*Those that were refused or spoiled:",
            "*POST /v3/sendSms/batch: -10, balance: said 1 segment, expected at most 0*raise the setting balance",
        ]
    )


def test_a_wrong_signature_is_explained_without_the_secret(run: Run) -> None:
    tests = """
    def test_one(laaffic_gateway):
        with pytest.raises(laaffic.AuthenticationError), laaffic.Client(api_secret="another1") as client:
            client.send_batch([MESSAGE])
        laaffic_gateway.assert_sent()
    """
    done = run(tests)
    done.stdout.fnmatch_lines(
        ['E *-1, signature (the header Sign): said ????…, expected MD5("bDqJFiq9" + <secret> + *']
    )
    done.stdout.no_fnmatch_line("E *7bz1lzh9*")


def test_a_lost_response_is_named_by_its_fault(run: Run) -> None:
    tests = """
    def test_one(laaffic_gateway, laaffic_client):
        laaffic_gateway.fail_next("drop")
        with pytest.raises(laaffic.OutcomeUnknownError):
            laaffic_client.send_batch([MESSAGE])
        laaffic_gateway.assert_sent()
    """
    run(tests).stdout.fnmatch_lines(["E *POST /v3/sendSms/batch: no response, by the fault drop"])


def test_a_request_to_the_real_host_is_told(run: Run) -> None:
    tests = """
    def test_one(laaffic_gateway):
        with pytest.raises(laaffic.NotSentError), laaffic.Client(base_url="https://api.laaffic.com") as client:
            client.send_batch([MESSAGE])
        laaffic_gateway.assert_sent()

    def test_two(laaffic_gateway):
        laaffic_gateway.assert_sent()
    """
    done = run(tests)
    done.stdout.fnmatch_lines(["E *that were stopped (api.laaffic.com: 3): *", "*test_two*"])
    assert done.stdout.str().count("that were stopped") == 1


def test_of_many_messages_some_are_shown(run: Run) -> None:
    done = run(failing('assert_sent(to="99955599999")', sent=25))
    done.stdout.fnmatch_lines(["*accepted 25:", "*to 99955500020*", "*and 5 more"])
    done.stdout.no_fnmatch_line("*to 99955500021*")


def test_the_failure_points_at_the_tests_own_line(run: Run) -> None:
    done = run(failing("assert_sent(times=3)"))
    done.stdout.fnmatch_lines([">*laaffic_gateway.assert_sent(times=3)", "E *expected 3 message*"])
    done.stdout.no_fnmatch_line("*gateway.py*Error")


def test_an_assertion_returns_what_it_found(run: Run) -> None:
    tests = """
    def test_one(laaffic_gateway, laaffic_client):
        laaffic_client.send_batch([laaffic.Message(["99955500001", "99955500002"], "Hello", "ACME", ["a", "b"])])
        [message] = laaffic_gateway.assert_sent(sender_id="ACME", order_id="b", times=1)
        assert (message.number, message.content) == ("99955500002", "Hello")
    """
    run(tests).assert_outcomes(passed=1)


def test_the_balance_runs_out(run: Run) -> None:
    tests = """
    def test_one(laaffic_gateway, laaffic_client):
        laaffic_gateway.balance = 1
        laaffic_client.send_batch([MESSAGE])
        assert laaffic_gateway.balance == 0
        with pytest.raises(laaffic.InsufficientBalanceError):
            laaffic_client.send_batch([MESSAGE])
    """
    run(tests).assert_outcomes(passed=1)


def test_a_lost_answer_is_unknown_and_accepted_once(run: Run) -> None:
    tests = """
    def test_one(laaffic_gateway, laaffic_client):
        laaffic_gateway.fail_next("accept_then_drop")
        with pytest.raises(laaffic.OutcomeUnknownError):
            laaffic_client.send_batch([MESSAGE])
        laaffic_gateway.assert_sent(times=1)
    """
    run(tests).assert_outcomes(passed=1)


def test_a_refused_connection_is_not_sent_with_the_clients_own_retries(run: Run) -> None:
    tests = """
    def test_one(laaffic_gateway, laaffic_client):
        laaffic_gateway.fail_next("refuse_connection")
        with pytest.raises(laaffic.NotSentError):
            laaffic_client.send_batch([MESSAGE])
        laaffic_gateway.assert_not_sent()
    """
    run(tests).assert_outcomes(passed=1)


def test_a_gateway_that_refuses_connections_is_asked_again_afterwards() -> None:
    with Gateway() as gateway, RemoteGateway(gateway.url) as asked:
        asked.fail_next("refuse_connection", seconds=0.3)
        asked.close()  # as when the connection had been idle for too long
        asked.assert_not_sent()


def test_an_unknown_fault_lists_those_there_are(run: Run) -> None:
    done = run('def test_one(laaffic_gateway): laaffic_gateway.fail_next("explode")')
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        ["E *laaffic_mock.GatewayError: *no such fault; there are refuse_connection, *accept_then_drop*"]
    )


def test_attempts_to_reach_the_real_host_are_shown(run: Run) -> None:
    tests = """
    def test_one(laaffic_gateway):
        with laaffic.Client(base_url="https://api.laaffic.com", connect_retries=0) as client:
            with pytest.raises(laaffic.NotSentError):
                client.send("99955500001", "Hello")
        laaffic_gateway.{expectation}
    """
    for expectation in ("assert_sent()", "wait_for(timeout=0)"):
        done = run(tests.replace("{expectation}", expectation))
        done.assert_outcomes(failed=1)
        told = "E *Attempts to reach another host that were stopped (api.laaffic.com: 1): give the client no base_url*"
        done.stdout.fnmatch_lines([told])


def test_attempts_of_another_test_are_not_shown(run: Run) -> None:
    tests = """
    def test_first(laaffic_gateway):
        with laaffic.Client(base_url="https://api.laaffic.com", connect_retries=0) as client:
            with pytest.raises(laaffic.NotSentError):
                client.send("99955500001", "Hello")

    def test_second(laaffic_gateway):
        laaffic_gateway.assert_sent()
    """
    done = run(tests)
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.no_fnmatch_line("*Attempts to reach*")


OTHER_KEYS = """
def send():
    client = laaffic.Client(api_key="mine", api_secret="secret", app_id="app")
    with client:
        client.send("99955500001", "Hello")
"""
MET_THE_MOCK = "Requests that met this mock and were refused with status -1 (authentication failed): 1."


def test_a_client_with_other_keys_is_told_that_it_met_the_mock(run: Run) -> None:
    done = run(OTHER_KEYS + "def test_one(laaffic_gateway): send()")
    done.assert_outcomes(failed=1)
    lines = ["E *AuthenticationError*", "*- laaffic_gateway -*", MET_THE_MOCK, "laaffic_gateway.configure(api_key=*"]
    done.stdout.fnmatch_lines(lines)


def test_so_is_an_application_that_handles_the_error(run: Run) -> None:
    tests = """
def test_one(laaffic_gateway):
    with pytest.raises(laaffic.AuthenticationError):
        send()
    laaffic_gateway.assert_sent(times=1)
"""
    run(OTHER_KEYS + tests).stdout.fnmatch_lines(["E *found 0.", MET_THE_MOCK])


def test_the_mock_can_be_told_other_keys(run: Run) -> None:
    tests = """
def test_one(laaffic_gateway):
    laaffic_gateway.configure(api_key="mine", api_secret="secret", app_id="app")
    send()
    laaffic_gateway.assert_sent(times=1)
"""
    run(OTHER_KEYS + tests).assert_outcomes(passed=1)


def test_a_magic_number_says_nothing_of_keys(run: Run) -> None:
    tests = """
def test_one(laaffic_gateway, laaffic_client):
    laaffic_client.send("99900100001", "Hello")
"""
    done = run(tests)
    done.stdout.fnmatch_lines(["E *AuthenticationError*"])
    done.stdout.no_fnmatch_line("*- laaffic_gateway -*")


def test_a_failure_of_another_kind_says_nothing_of_keys(run: Run) -> None:
    done = run(failing("assert_sent(times=2)"))
    done.stdout.no_fnmatch_line("*- laaffic_gateway -*")
