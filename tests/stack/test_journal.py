"""Log files rotate; lines appear on the console with the name of their process."""

from pathlib import Path

from rich.console import Console

from stack.supervisor.journal import FILES_KEPT, Journal


def console() -> Console:
    return Console(record=True, width=200, file=Path("/dev/null").open("w"))


def test_a_log_rotates_at_its_size_and_keeps_the_newest_files(tmp_path: Path) -> None:
    journal = Journal(tmp_path, console(), max_bytes=1_000)
    for number in range(1_000):
        journal.line("ingest", f"request {number}")
    files = sorted(tmp_path.glob("ingest.log*"))
    assert len(files) == FILES_KEPT + 1
    assert all(file.stat().st_size <= 1_000 for file in files)
    assert (tmp_path / "ingest.log").read_text().endswith("request 999\n")


def test_lines_are_prefixed_with_the_process(tmp_path: Path) -> None:
    terminal = console()
    journal = Journal(tmp_path, terminal, follow=True)
    journal.announce(["ingest", "clickhouse"])
    journal.line("ingest", "listening [on] 3001")
    assert terminal.export_text() == "ingest     │ listening [on] 3001\n"


def test_the_tail_of_a_log_is_there_for_error_messages(tmp_path: Path) -> None:
    journal = Journal(tmp_path, console())
    for number in range(5):
        journal.line("loader", f"line {number}")
    assert journal.tail("loader", lines=2) == "line 3\nline 4"
    assert journal.tail("unknown") == ""


def test_a_full_disk_loses_lines_but_raises_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path, console())
    (tmp_path / "ingest.log").symlink_to("/dev/full")
    journal.line("ingest", "no room for this")
