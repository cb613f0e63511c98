"""The private PostgreSQL and Redis servers start, serve, die and come back."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from tests.servers.postgres import PostgresServer
from tests.servers.processes import REPOSITORY, port_answers
from tests.servers.redis_server import RedisServer
from tests.servers.shared import SharedPostgres, is_alive


@pytest.fixture
def cluster(postgres_server: PostgresServer) -> PostgresServer:
    return postgres_server


@pytest.fixture
def memory(redis_private: RedisServer) -> RedisServer:
    return redis_private


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(query)
        return cursor.fetchall() if cursor.description else []


@pytest.mark.postgres
def test_the_cluster_does_not_run_as_root(cluster: PostgresServer) -> None:
    assert Path(f"/proc/{cluster.pid}").stat().st_uid != 0


@pytest.mark.postgres
def test_a_template_is_filled_once_and_copied_often(cluster: PostgresServer) -> None:
    calls: list[str] = []

    def prepare(url: str) -> None:
        calls.append(url)
        rows(url, "CREATE TABLE stage AS SELECT 'åäö' AS name")

    for name in ("first", "second"):
        url = cluster.create_database(name, template=cluster.ensure_template("stages", prepare))
        assert rows(url, "SELECT upper(name) FROM stage") == [("ÅÄÖ",)]
    assert len(calls) == 1


@pytest.mark.postgres
def test_a_database_in_use_is_replaced_all_the_same(cluster: PostgresServer) -> None:
    url = cluster.create_database("busy")
    connection = psycopg.connect(url)
    cluster.create_database("busy")
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    connection.close()
    assert cluster.has_database("busy")
    cluster.drop_database("busy")
    assert not cluster.has_database("busy")


@pytest.mark.postgres
def test_a_durable_cluster_keeps_what_was_committed_before_it_was_killed(
    durable_postgres: PostgresServer,
) -> None:
    server = durable_postgres
    url = server.create_database("facts")
    assert rows(url, "SHOW fsync") == [("on",)]
    rows(url, "CREATE TABLE fact AS SELECT 1 AS n")
    server.kill()
    assert not port_answers(server.port)
    server.restart()
    assert rows(url, "SELECT n FROM fact") == [(1,)]
    server.stop()
    assert not server.folder.exists()


@pytest.mark.postgres
def test_a_test_gets_an_empty_database_of_its_own(postgres_url: str) -> None:
    assert rows(postgres_url, "SELECT 1 FROM pg_tables WHERE schemaname = 'public'") == []


SHARE = """
import sys, time
from pathlib import Path
from tests.servers.shared import SharedPostgres
shared = SharedPostgres(Path(sys.argv[1]))
server = shared.acquire()
print(server.port, flush=True)
sys.stdin.readline()
shared.release()
"""


@pytest.mark.postgres
def test_workers_share_one_cluster_and_the_last_one_stops_it(tmp_path: Path, postgres_server: PostgresServer) -> None:
    command = [sys.executable, "-c", SHARE, str(tmp_path)]
    starter = subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    port = int(starter.stdout.readline())
    shared = SharedPostgres(tmp_path)
    server = shared.acquire()
    assert server.port == port
    # The worker that started the cluster dies without a word; the cluster lives on for the other.
    starter.kill()
    starter.communicate()
    assert server.answers()
    pid = server.pid
    shared.release()
    assert not is_alive(pid)
    assert not server.folder.exists()


@pytest.mark.redis
def test_redis_forgets_when_flushed_and_when_killed(memory: RedisServer) -> None:
    with memory.client() as client:
        client.set("wake", "up")
        memory.flush()
        assert client.get("wake") is None
        client.set("wake", "up")
    memory.kill()
    assert not memory.answers()
    memory.restart()
    with memory.client() as client:
        assert client.get("wake") is None


@pytest.mark.redis
def test_a_frozen_redis_times_out_and_thaws(memory: RedisServer) -> None:
    memory.freeze()
    with memory.client() as client, pytest.raises(redis.TimeoutError):
        client.ping()
    memory.thaw()
    assert memory.answers()


@pytest.mark.redis
def test_a_stopped_redis_leaves_nothing_behind(redis_private: RedisServer) -> None:
    server = RedisServer().start()
    assert server._process is not None
    pid = server._process.pid
    server.stop()
    assert not server.folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
