"""Steps run once, in order, and decide whether the start goes on."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from rich.console import Console

from stack.errors import StackError
from stack.supervisor.journal import Journal
from stack.supervisor.service import Step
from stack.supervisor.state import Phase, StateFile, SupervisorState
from stack.supervisor.supervisor import Supervisor


def step(name: str, code: str, *depends_on: str, required: bool = True) -> Step:
    return Step(
        name=name,
        command=(sys.executable, "-c", code),
        environment=dict(os.environ),
        depends_on=depends_on,
        required=required,
        remedy="Try again.",
    )


def run(directory: Path, *steps: Step) -> SupervisorState:
    """The state when everything was started; the supervisor is stopped at once."""
    journal = Journal(directory / "logs", Console(quiet=True))
    state_file = StateFile(directory / "supervisor.json")
    supervisor = Supervisor(steps, state_file, journal)
    ready: list[SupervisorState] = []

    def on_ready(state: SupervisorState) -> None:
        ready.append(state.model_copy(deep=True))
        supervisor.request_stop()

    asyncio.run(supervisor.run(on_ready))
    return ready[0]


def append(directory: Path, word: str) -> str:
    return f"open({str(directory / 'order')!r}, 'a').write('{word} ')"


def test_a_step_waits_for_the_one_before(tmp_path: Path) -> None:
    late = "import time; time.sleep(0.3); " + append(tmp_path, "first")
    state = run(tmp_path, step("b", append(tmp_path, "second"), "a"), step("a", late))
    assert (tmp_path / "order").read_text() == "first second "
    assert {name: s.outcome for name, s in state.steps.items()} == {"a": "done", "b": "done"}
    assert state.phase is Phase.READY


def test_a_required_step_that_fails_ends_the_start(tmp_path: Path) -> None:
    steps = (step("a", "raise SystemExit('no space left')"), step("b", append(tmp_path, "b"), "a"))
    with pytest.raises(StackError, match=r"a failed \(exit code 1\), see .*a\.log\. Try again\."):
        run(tmp_path, *steps)
    assert not (tmp_path / "order").exists()
    assert (tmp_path / "logs" / "a.log").read_text() == "no space left\n"
    state = StateFile(tmp_path / "supervisor.json").read()
    assert state is not None
    assert state.phase is Phase.FAILED
    assert state.error.startswith("a failed")


def test_an_optional_step_that_fails_is_reported_and_the_start_goes_on(tmp_path: Path) -> None:
    failing = step("a", "raise SystemExit(3)", required=False)
    state = run(tmp_path, failing, step("b", append(tmp_path, "b"), "a"))
    assert (tmp_path / "order").read_text() == "b "
    assert state.steps["a"].outcome == "failed"
    assert len(state.warnings) == 1
    assert state.warnings[0].startswith("a failed (exit code 3)")


def test_a_program_that_does_not_exist_is_named(tmp_path: Path) -> None:
    missing = Step("a", ("/nowhere/program",), dict(os.environ))
    with pytest.raises(StackError, match=r"a (failed|cannot be started)"):
        run(tmp_path, missing)
