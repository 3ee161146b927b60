"""A database is checked before it is changed, and migrated once."""

from __future__ import annotations

import os
import runpy
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

from tests.store.runs import run
from webapp.store import history
from webapp.store.errors import StoreError
from webapp.store.store import Store
from webapp.store.tables import HEAD, VERSION_TABLE, metadata

ROOT = Path(__file__).resolve().parents[2]
FLASK = [sys.executable, "-m", "flask", "--app", "wsgi", "demos"]
CANNOT_LOAD = 4
"""The exit code after which gunicorn does not restart a worker."""

GUNICORN = [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:0"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A closed database with one run."""
    file = tmp_path / "folder" / "runs.sqlite"
    store = Store(f"sqlite:///{file}")
    store.save(run())
    store.close()
    return file


def execute(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)


def write_garbage(file: Path) -> None:
    file.write_bytes(b"This is no database, " * 1000)


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def overwrite_the_first_page(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[100:4096] = os.urandom(3996)
    file.write_bytes(content)


def set_a_later_version(file: Path) -> None:
    execute(file, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")


def be_another_applications(file: Path) -> None:
    file.unlink()
    execute(file, "CREATE TABLE contacts (name TEXT)")


BROKEN: Mapping[Callable[[Path], None], str] = {
    write_garbage: "is damaged or is not a database at all (file is not a database). It was left",
    truncate: "is damaged or is not a database at all (database disk image is malformed). It was",
    overwrite_the_first_page: "is damaged or is not a database at all",
    set_a_later_version: f"was made by a newer version of Movazi (its tables are at 9999, this "
    f"version knows them up to {HEAD}). It was left as it is. Run that version, or set "
    "DATABASE_URL to another database.",
    be_another_applications: "holds tables that are not Movazi's (contacts). It was left as it is.",
}
EVERY_BROKEN_DATABASE = pytest.mark.parametrize(
    "broken", BROKEN, ids=lambda broken: broken.__name__
)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of all files of a folder by their names."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@EVERY_BROKEN_DATABASE
def test_a_database_that_is_not_usable_is_refused_and_unchanged(
    file: Path, broken: Callable[[Path], None]
) -> None:
    broken(file)
    before = contents(file.parent)
    assert [*before] == ["runs.sqlite"]
    with pytest.raises(StoreError) as caught:
        Store(f"sqlite:///{file}")
    assert str(caught.value).startswith(f"The database {file} ")
    assert BROKEN[broken] in str(caught.value)
    assert contents(file.parent) == before


def test_a_newer_database_that_was_not_closed_keeps_its_log(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
        connection.commit()
        # As after a power cut: the last change is in the log only.
        shutil.copytree(file.parent, folder)
    before = contents(folder)
    assert before["runs.sqlite-wal"]
    with pytest.raises(StoreError, match="newer version"):
        Store(f"sqlite:///{folder / file.name}")
    after = contents(folder)
    assert after["runs.sqlite"] == before["runs.sqlite"]
    assert after["runs.sqlite-wal"] == before["runs.sqlite-wal"]


def test_a_run_in_a_database_that_was_not_closed_is_found(file: Path, tmp_path: Path) -> None:
    store = Store(f"sqlite:///{file}")
    store.save(run("last"))
    folder = tmp_path / "copy"
    shutil.copytree(file.parent, folder)
    store.close()
    again = Store(f"sqlite:///{folder / file.name}")
    assert again.find("last").id == "last"
    again.close()


@EVERY_BROKEN_DATABASE
def test_with_a_broken_database_the_site_says_why_in_one_sentence_and_does_not_start(
    file: Path,
    broken: Callable[[Path], None],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    broken(file)
    before = contents(file.parent)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{file}")
    with pytest.raises(SystemExit) as end:
        runpy.run_path(str(ROOT / "wsgi.py"))
    assert end.value.code == CANNOT_LOAD
    [message] = capfd.readouterr().err.splitlines()
    assert BROKEN[broken] in message
    assert contents(file.parent) == before


@pytest.mark.parametrize("server", [FLASK, GUNICORN], ids=["flask", "gunicorn"])
def test_a_server_that_cannot_start_ends_without_a_traceback(file: Path, server: list[str]) -> None:
    set_a_later_version(file)
    before = contents(file.parent)
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{file}"}
    run = subprocess.run(
        server, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=50
    )
    assert run.returncode != 0
    assert BROKEN[set_a_later_version] in run.stderr
    assert "Traceback" not in run.stderr
    assert contents(file.parent) == before


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://127.0.0.1/runs", "names mysql; only sqlite and postgresql will do"),
        ("where it was", "cannot be read"),
        ("cobol://127.0.0.1/runs", "names cobol"),
        ("sqlite://", "names no file: write sqlite:////PATH/TO/FILE"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:////proc/none/runs.sqlite", "cannot be used: No such file or directory"),
        ("sqlite:////proc/version/runs.sqlite", "cannot be used: "),
        ("sqlite:////proc", "The database /proc cannot be used: "),
    ],
)
def test_a_wrong_setting_is_refused(url: str, reason: str) -> None:
    with pytest.raises(StoreError, match="DATABASE_URL") as error:
        Store(url)
    assert reason in str(error.value)


def test_a_missing_folder_is_made_whatever_its_name(tmp_path: Path) -> None:
    file = tmp_path / "a folder" / "100% سلام" / "runs.sqlite"
    store = Store(f"sqlite:///{file}")
    store.save(run())
    store.close()
    assert file.is_file()


def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    file = tmp_path / "runs.sqlite"
    file.touch()
    store = Store(f"sqlite:///{file}")
    store.save(run())
    store.close()


def test_a_migration_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate = history.migrate

    def half(connection: Connection) -> None:
        migrate(connection)
        connection.exec_driver_sql("this is no SQL")

    file = tmp_path / "runs.sqlite"
    with monkeypatch.context() as patch:
        patch.setattr(history, "migrate", half)
        with pytest.raises(StoreError, match="cannot be used"):
            Store(f"sqlite:///{file}")
    store = Store(f"sqlite:///{file}")
    store.save(run())
    store.close()


def test_processes_that_start_at_once_make_one_database(tmp_path: Path) -> None:
    file = tmp_path / "new" / "runs.sqlite"
    code = (
        "import sys\n"
        "from tests.store.runs import run\n"
        "from webapp.store.store import Store\n"
        "input()\n"
        f"store = Store('sqlite:///{file}')\n"
        "store.save(run(sys.argv[1]))\n"
        "store.close()\n"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, f"run-{number}"], cwd=ROOT, stdin=subprocess.PIPE
        )
        for number in range(4)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.flush()
    for process in started:
        process.communicate()
        assert process.returncode == 0
    store = Store(f"sqlite:///{file}")
    assert {store.find(f"run-{number}").id for number in range(4)} == {
        f"run-{number}" for number in range(4)
    }
    store.close()


def test_a_start_with_nothing_to_do_loads_no_alembic(file: Path) -> None:
    code = f"import sys; from webapp.store.store import Store; Store('sqlite:///{file}').close()"
    loaded = subprocess.run(
        [sys.executable, "-c", f"{code}; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "sqlalchemy" in loaded.stdout.split()
    assert "alembic" not in loaded.stdout.split()


def test_the_migrations_make_the_tables_of_tables_py(file: Path) -> None:
    assert ScriptDirectory(str(history.MIGRATIONS)).get_heads() == [HEAD]
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_file_is_in_wal_mode(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
