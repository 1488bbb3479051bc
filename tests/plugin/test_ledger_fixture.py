"""What `laaffic_ledger` gives to a test, and that it is gone afterwards."""

from plugin.conftest import ALL_PLUGINS, Run


def test_a_strangers_campaign_runs_against_the_gateway(run: Run) -> None:
    tests = """
    def test_everybody_gets_it(laaffic_gateway, laaffic_client, laaffic_ledger):
        rows = [("99955500001", "Hello Ann"), ("99955500002", "Hello Bob")]
        campaign = laaffic_ledger.create("spring", rows)
        assert campaign.run(laaffic_client).accepted == 2
        laaffic_gateway.assert_sent(to="99955500002", containing="Bob", times=1)
    """
    run(tests, **ALL_PLUGINS).assert_outcomes(passed=1)


def test_each_test_has_one_without_campaigns(run: Run) -> None:
    tests = """
    @pytest.mark.parametrize("turn", [1, 2])
    def test_one(laaffic_ledger, turn):
        assert laaffic_ledger.campaigns() == []
        laaffic_ledger.create("spring", [("99955500001", "Hello")])
    """
    run(tests).assert_outcomes(passed=2)


def test_the_application_opens_the_same_one_by_the_environment(run: Run) -> None:
    tests = """
    import os
    from laaffic_campaigns import Ledger

    def test_during(laaffic_ledger):
        with Ledger() as opened:
            opened.create("spring", [("99955500001", "Hello")])
        assert laaffic_ledger.campaign("spring").status().to_go == 1

    def test_after():
        assert os.environ["LAAFFIC_LEDGER"] == "sqlite:///the-machines-own.db"
    """
    run(tests, LAAFFIC_LEDGER="sqlite:///the-machines-own.db").assert_outcomes(passed=2)


def test_it_is_in_the_tests_own_folder_and_needs_no_gateway(run: Run) -> None:
    tests = """
    def test_one(laaffic_ledger, tmp_path):
        assert any(file.suffix == ".db" for file in tmp_path.iterdir())
        assert str(tmp_path) in repr(laaffic_ledger)
    """
    run(tests).assert_outcomes(passed=1)


def test_each_xdist_worker_has_ledgers_of_its_own(run: Run) -> None:
    tests = """
    @pytest.mark.parametrize("turn", range(20))
    def test_one(laaffic_gateway, laaffic_client, laaffic_ledger, turn):
        campaign = laaffic_ledger.create("spring", [("99955500001", "Hello")])
        assert campaign.run(laaffic_client).state == "done"
        laaffic_gateway.assert_sent(times=1)
    """
    run(tests, "-n", "2").assert_outcomes(passed=20)
