"""What becomes of messages in a stranger's tests."""

from laaffic_mock import Gateway
from plugin.conftest import Run


def test_nothing_is_delivered_unless_it_is_asked_for(run: Run) -> None:
    tests = """
    def test_one(laaffic_gateway, laaffic_client):
        laaffic_gateway.configure(deliver_after=0.001)
        laaffic_client.send_batch([MESSAGE])
        assert laaffic_gateway.messages[0].state == "queued"
        laaffic_gateway.advance(1)
        assert laaffic_gateway.messages[0].state == "succeeded"
    """
    run(tests).assert_outcomes(passed=1)


def test_nor_by_a_gateway_that_runs_already_and_delivers_by_itself(run: Run) -> None:
    tests = """
    def test_one(laaffic_gateway, laaffic_client):
        laaffic_gateway.clear()
        laaffic_gateway.configure(deliver_after=0.001)
        laaffic_client.send_batch([MESSAGE])
        assert laaffic_gateway.messages[0].state == "queued"
        laaffic_gateway.deliver("99955500001", failed=True)
        assert laaffic_gateway.messages[0].state == "failed"
    """
    with Gateway(deliver_after=0) as gateway:
        run(tests, LAAFFIC_MOCK_URL=gateway.url).assert_outcomes(passed=1)


def test_reports_reach_a_function_and_end_with_the_test(run: Run) -> None:
    tests = """
    reports = []

    def test_first(laaffic_gateway, laaffic_client):
        laaffic_gateway.push_reports_to(reports.append)
        laaffic_client.send_batch([MESSAGE])
        laaffic_gateway.deliver("99955500001")
        laaffic_gateway.wait_for_pushes()
        assert [report["mobile"] for report in reports] == ["99955500001"]

    def test_second(laaffic_gateway, laaffic_client):
        laaffic_client.send_batch([MESSAGE])
        laaffic_gateway.deliver("99955500001")
        assert laaffic_gateway.pushes["to"] is None
        assert len(reports) == 1
    """
    run(tests).assert_outcomes(passed=2)


def test_reports_reach_a_function_from_a_gateway_that_runs_already(run: Run) -> None:
    tests = """
    def test_one(laaffic_gateway, laaffic_client):
        reports = []
        laaffic_gateway.push_reports_to(reports.append, shapes="odd")
        laaffic_client.send_batch([MESSAGE])
        laaffic_gateway.advance(2)
        assert laaffic_gateway.wait_for_pushes()["pushed"] == len(reports) == 1
    """
    with Gateway() as gateway:
        run(tests, LAAFFIC_MOCK_URL=gateway.url).assert_outcomes(passed=1)


def test_a_message_of_a_background_thread_is_waited_for_and_its_code_read(run: Run) -> None:
    tests = """
    import threading

    def test_one(laaffic_gateway, laaffic_client):
        job = threading.Thread(target=laaffic_client.send_batch, args=[[MESSAGE]])
        job.start()
        assert laaffic_gateway.wait_for(to="99955500001", containing="code").codes == ["4711"]
        assert laaffic_gateway.codes(to="99955500001") == ["4711"]
        job.join()
    """
    run(tests).assert_outcomes(passed=1)


def test_a_message_that_does_not_come_fails_at_the_tests_own_line(run: Run) -> None:
    tests = """
    def test_one(laaffic_gateway):
        laaffic_gateway.wait_for(to="99955500001", timeout=0)
    """
    done = run(tests)
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines([">*wait_for(to=*", "E *no message to 99955500001 came within 0 seconds."])
    done.stdout.no_fnmatch_line("*following.py*Error")
