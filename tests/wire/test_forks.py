"""Forks while another thread sends: whatever that thread holds at the time, the child sends as if it were not there."""

import os
import subprocess
import sys

import pytest

from support.server import Server

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

# A thread sends for the first time, and is stopped at every 41st line that it runs; there the process forks.
PROGRAM = """
import itertools, os, signal, sys, threading, warnings
import laaffic

warnings.simplefilter("ignore")
EVERY = 41


def stopped_at(line, client, reached, go_on):
    count = itertools.count()

    def trace(frame, event, argument):
        if next(count) == line:
            reached.set()
            go_on.wait()
        return trace

    def first_send():
        sys.settrace(trace)
        client.send("99900000001", "x")
        sys.settrace(None)
        reached.done = True
        reached.set()

    return threading.Thread(target=first_send)


def forked(client):
    child = os.fork()
    if child == 0:
        signal.alarm(20)  # which ends one that hangs
        client.send("99900000002", "x")
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


forks = 0
for line in itertools.count(0, EVERY):
    client, reached, go_on = laaffic.Client(), threading.Event(), threading.Event()
    thread = stopped_at(line, client, reached, go_on)
    thread.start()
    reached.wait()
    done = getattr(reached, "done", False)
    exit_code = forked(client)
    go_on.set()
    thread.join()
    client.close()
    if exit_code:
        sys.exit(f"the child of line {line} ended with {exit_code}")
    forks += 1
    if done:
        break
print(forks)
"""


def test_the_child_never_waits_for_a_thread_of_its_parent(server: Server) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "LAAFFIC_BASE_URL": server.url},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    forks = int(done.stdout)
    assert forks > 10
    assert len(server.posts) == 2 * forks
