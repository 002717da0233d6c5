"""What is told of a run that failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import dagster as dg

LONGEST_ERROR = 1500
"""Characters; Slack cuts a text at 3,000."""


@dataclass(frozen=True)
class StepError:
    step: str
    message: str
    """The innermost error: the outer one only names the step."""


@dataclass(frozen=True)
class RunFailure:
    job: str
    run_id: str
    run_url: str
    failed_at: datetime
    message: str
    errors: tuple[StepError, ...]
    failed_checks: tuple[str, ...]

    def payload(self) -> dict[str, Any]:
        """Slack and its like show `text`; the other fields are for programs."""
        return {
            "text": self.text(),
            "event": "run_failure",
            "job": self.job,
            "run_id": self.run_id,
            "run_url": self.run_url,
            "failed_at": self.failed_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "message": self.message,
            "errors": [{"step": e.step, "message": e.message} for e in self.errors],
            "failed_checks": list(self.failed_checks),
        }

    def text(self) -> str:
        lines = [f"*{self.job}* failed: {self.run_url}"]
        lines += [f"{error.step}: {error.message}" for error in self.errors]
        if self.failed_checks:
            lines.append("Failed checks: " + ", ".join(self.failed_checks))
        if len(lines) == 1:
            lines.append(self.message)
        return "\n".join(lines)


def run_failure(context: dg.RunFailureSensorContext, webserver_url: str) -> RunFailure:
    run = context.dagster_run
    return RunFailure(
        job=run.job_name,
        run_id=run.run_id,
        run_url=f"{webserver_url}/runs/{run.run_id}",
        failed_at=datetime.fromtimestamp(_failed_at(context), UTC),
        message=_shortened(context.failure_event.message or "The run failed."),
        errors=step_errors(context.get_step_failure_events()),
        failed_checks=failed_checks(context.instance, run.run_id),
    )


def _failed_at(context: dg.RunFailureSensorContext) -> float:
    record = context.instance.get_run_record_by_id(context.dagster_run.run_id)
    return (record.end_time if record else None) or datetime.now(UTC).timestamp()


def step_errors(events: Sequence[dg.DagsterEvent]) -> tuple[StepError, ...]:
    errors = []
    for event in events:
        error = event.step_failure_data.error
        while error is not None and error.cause is not None:
            error = error.cause
        message = error.message if error else event.message or ""
        errors.append(StepError(event.step_key or "run", _shortened(message.strip())))
    return tuple(errors)


def failed_checks(instance: dg.DagsterInstance, run_id: str) -> tuple[str, ...]:
    """`asset:check` of the checks that failed as errors."""
    entries = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    evaluations = [
        entry.dagster_event.asset_check_evaluation_data for entry in entries if entry.dagster_event
    ]
    return tuple(
        f"{found.asset_key.to_user_string()}:{found.check_name}"
        for found in evaluations
        if not found.passed and found.severity == dg.AssetCheckSeverity.ERROR
    )


def _shortened(message: str) -> str:
    return message if len(message) <= LONGEST_ERROR else message[: LONGEST_ERROR - 1] + "…"
