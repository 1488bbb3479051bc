"""Running a campaign with a client that does not block."""

import anyio
import anyio.from_thread
import anyio.lowlevel
import pytest

import laaffic
from laaffic_campaigns import Campaign, Ledger
from support.server import Connection, Server, answer, drop, success

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Return which library waits."""
    return str(request.param)


@pytest.fixture
def campaign(ledger: Ledger) -> Campaign:
    """Return a campaign of ten recipients in five requests."""
    return ledger.create("spring", [(f"999{n:08d}", f"Hello {n}") for n in range(10)], max_recipients=2)


async def run(campaign: Campaign, server: Server, concurrency: int | None = None) -> str:
    async with laaffic.AsyncClient(base_url=server.url, connect_retries=0) as client:
        return (await campaign.run_async(client, concurrency=concurrency)).state


@pytest.mark.parametrize("concurrency", [1, 4])
async def test_everybody_gets_it_once(campaign: Campaign, server: Server, concurrency: int) -> None:
    assert await run(campaign, server, concurrency) == "done"
    assert campaign.status().accepted == 10
    assert len(server.posts) == server.connections == 5
    assert await run(campaign, server) == "done"
    assert len(server.posts) == 5


async def test_a_lost_response_is_unknown_and_the_rest_goes_on(campaign: Campaign, server: Server) -> None:
    server.will(drop, success)
    assert await run(campaign, server) == "done"
    assert (campaign.status().unknown, campaign.status().accepted) == (2, 8)


async def test_an_empty_account_pauses_and_is_gone_on_from(campaign: Campaign, server: Server) -> None:
    server.will(success, answer({"status": "-10", "reason": "no money"}), success)
    assert await run(campaign, server) == "paused"
    assert await run(campaign, server) == "done"
    assert campaign.status().accepted == 10


async def test_a_cancellation_leaves_what_is_in_flight_unknown(
    campaign: Campaign, server: Server, backend: str
) -> None:
    here = anyio.lowlevel.current_token()
    async with anyio.create_task_group() as group:

        def cancels(connection: Connection) -> bool:
            anyio.from_thread.run_sync(group.cancel_scope.cancel, token=here)
            return connection.stopping.wait(60)

        server.will(success, cancels)
        group.start_soon(run, campaign, server, 1)
    status = campaign.status()
    assert status.state == ("paused" if backend == "sqlite" else "running")  # others may run it there
    assert (status.accepted, status.unknown, status.to_go) == (2, 2, 6)
    assert len(server.posts) == 2


async def test_only_a_client_that_does_not_block_can_run_it(campaign: Campaign) -> None:
    with pytest.raises(laaffic.ConfigurationError, match="got Client"):
        await campaign.run_async(laaffic.Client())  # type: ignore[arg-type]  # the point


class _Breaks(laaffic.AsyncClient):
    """A client with a bug."""

    async def send_batch(self, *_: object, **__: object) -> laaffic.BatchResult:
        raise RuntimeError("a bug")


async def test_a_bug_in_the_midst_is_raised_and_leaves_what_was_in_flight_unknown(
    campaign: Campaign, server: Server, backend: str
) -> None:
    async with _Breaks(base_url=server.url) as client:
        with pytest.raises(RuntimeError, match="a bug"):
            await campaign.run_async(client)
    status = campaign.status()
    assert (status.unknown, status.to_go) == (2, 8)
    assert status.state == ("paused" if backend == "sqlite" else "running")
