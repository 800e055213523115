"""What people are told when Neo4j is down, refuses them, or goes away; and never the password."""

from __future__ import annotations

import contextlib
import inspect
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from neo4j import exceptions as driver_errors

from kg.errors import ConstraintViolated, KgError, QueryFailed, StoreError, StoreRefused, StoreUnavailable
from kg.queries import statement
from kg.schema import Label
from kg.store.neo4j import Limits, Neo4jStore, translate
from tests.neo4j_server import Neo4jServer, empty

SECRET = "open-sesame-42"
HASTY = Limits(connect=3, retry=1)


def refusal(uri: str, **options: object) -> KgError:
    """The error of an attempt to open a store; its text never shows the password."""
    with pytest.raises(KgError) as caught:
        Neo4jStore(uri, password=SECRET, limits=HASTY, **options)  # type: ignore[arg-type]
    error = caught.value
    assert SECRET not in f"{error.message} {error.fields} {error!r}"
    return error


class Relay:
    """A port that passes everything on to a server, until it is cut."""

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._pairs: list[socket.socket] = []
        self._last_request = threading.Event()
        self._cutting = threading.Lock()
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Drop every connection; new ones are served."""
        with self._cutting:
            ends, self._pairs = self._pairs, []
        for end in ends:
            with contextlib.suppress(OSError):  # the other side may have gone first
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def cut_after_next_request(self) -> None:
        """Pass one more request on, then drop every connection before the answer."""
        self._last_request.set()

    def close(self) -> None:
        """Drop every connection and take no more."""
        if self._door.fileno() >= 0:
            self._door.shutdown(socket.SHUT_RDWR)
            self._door.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            far = socket.create_connection(self._server)
            with self._cutting:
                self._pairs += [near, far]
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(source, target), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
                if self._last_request.is_set():
                    self._last_request.clear()
                    self.cut()
        except OSError:
            return


@pytest.fixture
def relay(neo4j_server: Neo4jServer) -> Iterator[Relay]:
    empty(neo4j_server)
    host, _, port = neo4j_server.uri.split("://")[1].partition(":")
    relay = Relay(host, int(port))
    yield relay
    relay.close()


@pytest.fixture
def far_store(neo4j_server: Neo4jServer, relay: Relay) -> Iterator[Neo4jStore]:
    store = Neo4jStore(f"bolt://127.0.0.1:{relay.port}", password=neo4j_server.password, limits=HASTY)
    store.ensure_schema()
    yield store
    store.close()


def test_a_server_that_is_down_is_named_with_what_to_do() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        error = refusal(f"bolt://127.0.0.1:{port}")
        assert isinstance(error, StoreUnavailable)
        assert f"127.0.0.1:{port}" in error.message and "docker compose up neo4j" in error.message


def test_something_else_at_the_port_is_no_neo4j() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:

        def answer() -> None:
            client, _ = other.accept()
            client.recv(100)
            client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            client.close()

        threading.Thread(target=answer, daemon=True).start()
        error = refusal(f"bolt://127.0.0.1:{other.getsockname()[1]}")
        assert isinstance(error, StoreUnavailable) and "does not answer" in error.message


def test_a_host_that_does_not_exist_is_named() -> None:
    error = refusal("neo4j://nowhere.invalid:7687")
    assert isinstance(error, StoreUnavailable) and "nowhere.invalid" in error.message


@pytest.mark.parametrize("uri", ["http://localhost:7474", "localhost:7687", "neo4j://", "bolt+x://h", "", "/tmp/graph"])
def test_an_address_that_is_none_is_refused(uri: str) -> None:
    assert "neo4j://host:7687" in refusal(uri).message


def test_a_password_in_the_address_is_refused_unseen() -> None:
    assert "their own settings" in refusal(f"neo4j://neo4j:{SECRET}@localhost:7687").message


def test_a_certificate_file_that_is_missing_is_named(tmp_path: Path) -> None:
    error = refusal("neo4j+s://localhost:7687", trusted_ca=tmp_path / "ca.pem")
    assert isinstance(error, StoreUnavailable) and "ca.pem" in error.message


@pytest.mark.neo4j
def test_a_wrong_password_is_refused_unseen(neo4j_server: Neo4jServer) -> None:
    error = refusal(neo4j_server.uri)
    assert isinstance(error, StoreRefused)
    assert "'neo4j'" in error.message and neo4j_server.uri in error.message and "password" in error.message


@pytest.mark.neo4j
def test_encryption_where_the_server_has_none_is_explained(neo4j_server: Neo4jServer) -> None:
    error = refusal(neo4j_server.uri.replace("bolt://", "bolt+ssc://"))
    assert isinstance(error, StoreUnavailable) and "TLS" in error.message


@pytest.mark.neo4j
def test_a_database_that_does_not_exist_is_named(neo4j_server: Neo4jServer) -> None:
    with pytest.raises(StoreUnavailable, match="database nosuch"):
        Neo4jStore(neo4j_server.uri, password=neo4j_server.password, database="nosuch", limits=HASTY)


@pytest.mark.neo4j
def test_a_dropped_connection_is_opened_again(far_store: Neo4jStore, relay: Relay) -> None:
    relay.cut()
    assert far_store.read("RETURN 1 AS one") == [{"one": 1}]
    relay.cut()
    far_store.write("CREATE (n:Lesson {id: '1'})")
    relay.cut()
    with far_store.transaction() as tx:
        tx.write("CREATE (n:Lesson {id: '2'})")
    assert far_store.read(statement("records.count", Label.LESSON)) == [{"count": 2}]


@pytest.mark.neo4j
def test_a_connection_lost_in_a_transaction_leaves_nothing(far_store: Neo4jStore, relay: Relay) -> None:
    with pytest.raises(StoreUnavailable, match="does not answer"), far_store.transaction() as tx:
        tx.write("CREATE (n:Lesson {id: '1'})")
        relay.cut()
        tx.write("CREATE (n:Lesson {id: '2'})")
    with far_store.transaction() as tx:  # the turn of the lost writer is over
        assert tx.read(statement("records.count", Label.LESSON)) == [{"count": 0}]


@pytest.mark.neo4j
def test_a_connection_lost_at_the_commit_is_called_uncertain(far_store: Neo4jStore, relay: Relay) -> None:
    with pytest.raises(StoreUnavailable, match="not known"), far_store.transaction() as tx:
        tx.write("CREATE (n:Lesson {id: '1'})")
        relay.cut_after_next_request()


@pytest.mark.neo4j
def test_a_server_gone_for_good_is_said_soon(far_store: Neo4jStore, relay: Relay) -> None:
    relay.close()
    for ask in (far_store.health, lambda: far_store.write("CREATE (n:Lesson {id: '1'})"), far_store.revision):
        with pytest.raises(StoreUnavailable, match="does not answer"):
            ask()


@pytest.mark.neo4j
def test_two_stores_write_to_one_server_in_turn(neo4j_server: Neo4jServer, far_store: Neo4jStore) -> None:
    with Neo4jStore(neo4j_server.uri, password=neo4j_server.password) as near:
        with far_store.transaction() as tx:
            started = threading.Event()
            done = threading.Event()

            def write() -> None:
                started.set()
                near.write("CREATE (n:Lesson {id: '1'})")
                done.set()

            waiting = threading.Thread(target=write)
            waiting.start()
            started.wait()
            tx.write("CREATE (n:Lesson {id: '2'})")
            assert not done.wait(0.3)
        assert done.wait(20)
        waiting.join()
        assert near.read(statement("records.count", Label.LESSON)) == [{"count": 2}]


DRIVER_ERRORS = [
    kind for _, kind in inspect.getmembers(driver_errors, inspect.isclass) if issubclass(kind, Exception)
    and issubclass(kind, driver_errors.Neo4jError | driver_errors.DriverError)
]  # fmt: skip


@pytest.mark.parametrize("kind", DRIVER_ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_of_the_driver_becomes_one_of_ours(kind: type[Exception]) -> None:
    error = kind.__new__(kind)
    Exception.__init__(error, "something happened")
    if isinstance(error, driver_errors.Neo4jError):
        error._neo4j_code = "Neo.ClientError.Some.Thing"
    said = translate(error, "bolt://here:7687", "ana", "MATCH (n) RETURN n")
    assert isinstance(said, StoreError) and type(said) is not StoreError
    if issubclass(kind, driver_errors.ServiceUnavailable | driver_errors.SessionExpired | driver_errors.TransientError):
        assert isinstance(said, StoreUnavailable)
    elif issubclass(kind, driver_errors.AuthError | driver_errors.Forbidden):
        assert isinstance(said, StoreRefused)
    elif issubclass(kind, driver_errors.ConstraintError):
        assert isinstance(said, ConstraintViolated)
    elif issubclass(kind, driver_errors.CypherSyntaxError):
        assert isinstance(said, QueryFailed)
