"""On SQLite the threads of a process take turns to write."""

import threading

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from portal.database import write_turns
from portal.database.engines import sqlite_engine_options

PATIENCE = 20  # seconds that no step comes near
WRITES = {"writes": True}
WRITERS = 16


@pytest.fixture
def engine(tmp_path):
    # A connection for each: on a slow disk one would wait for that, and not for its turn.
    options = sqlite_engine_options(threads=8) | {"pool_size": WRITERS}
    engine = create_engine(f"sqlite:///{tmp_path}/turns.db", **options)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE seat (number INTEGER)")
    yield engine
    engine.dispose()


def take_next_seat(engine):
    with engine.connect().execution_options(**WRITES) as connection:
        taken = connection.execute(text("SELECT count(*) FROM seat")).scalar_one()
        connection.execute(text("INSERT INTO seat VALUES (:number)"), {"number": taken})
        connection.commit()


def test_nobody_loses_a_write_and_nobody_is_refused(engine):
    errors = []

    def work():
        try:
            for _ in range(10):
                take_next_seat(engine)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert errors == []
    with engine.connect() as connection:
        numbers = connection.execute(text("SELECT number FROM seat ORDER BY number")).scalars().all()
    assert numbers == list(range(160))


def test_the_turn_ends_when_the_connection_goes_back_however_it_went(engine):
    with engine.connect().execution_options(**WRITES) as connection, pytest.raises(OperationalError):
        connection.execute(text("SELECT * FROM nothing"))
    connection = engine.connect().execution_options(**WRITES)
    connection.execute(text("SELECT 1"))
    connection.invalidate()
    connection.close()
    take_next_seat(engine)
    assert not write_turns._locks[engine].locked()


def test_who_reads_needs_no_turn(engine):
    with engine.connect().execution_options(**WRITES) as writing:
        writing.execute(text("INSERT INTO seat VALUES (1)"))
        with engine.connect() as reading:
            assert reading.execute(text("SELECT count(*) FROM seat")).scalar_one() == 0
        writing.commit()
