"""Start and follow runs through the webserver's GraphQL API, so that they appear in its UI.

Without any import of dagster: this is what the command line waits for.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

CODE_LOCATION = "analytics"
REPOSITORY = "__repository__"
POLL_SECONDS = 0.5
FINAL_STATUSES = frozenset({"SUCCESS", "FAILURE", "CANCELED"})

LAUNCH = """
mutation Launch($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on RunConfigValidationInvalid { errors { message } }
    ... on PythonError { message }
    ... on Error { message }
  }
}
"""

FOLLOW = """
query Follow($runId: ID!, $cursor: String) {
  runOrError(runId: $runId) {
    __typename
    ... on Run { status startTime endTime }
    ... on Error { message }
  }
  logsForRun(runId: $runId, afterCursor: $cursor, limit: 1000) {
    __typename
    ... on EventConnection {
      cursor
      hasMore
      events {
        __typename
        ... on MessageEvent { stepKey }
        ... on MaterializationEvent { assetKey { path } }
        ... on AssetCheckEvaluationEvent {
          evaluation { checkName success severity assetKey { path } }
        }
        ... on ExecutionStepFailureEvent { error { message causes { message } } }
        ... on RunFailureEvent { error { message } }
      }
    }
  }
}
"""


LOCATIONS = """
query Locations {
  workspaceOrError {
    ... on Workspace { locationEntries { locationOrLoadError { ... on PythonError { message } } } }
  }
}
"""


class WebserverError(RuntimeError):
    """The webserver is away, or refuses what was asked; the message says what to do."""


@dataclass(frozen=True)
class Materialized:
    asset: str


@dataclass(frozen=True)
class Checked:
    asset: str
    check: str
    passed: bool
    severity: str


@dataclass(frozen=True)
class StepFailed:
    step: str
    message: str


@dataclass(frozen=True)
class StatusChanged:
    """The last update of a run has a final status, with the seconds that it ran."""

    status: str
    seconds: float | None

    @property
    def is_final(self) -> bool:
        return self.status in FINAL_STATUSES


Update = Materialized | Checked | StepFailed | StatusChanged


class Webserver:
    """A Dagster webserver at `url`, such as http://127.0.0.1:3002."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=url, timeout=30.0, trust_env=False)

    def run_page(self, run_id: str) -> str:
        return f"{self.url}/runs/{run_id}"

    def launch(self, job: str, run_config: Mapping[str, Any], *, patience: float = 60.0) -> str:
        """Queue a run of `job`; returns its id.

        For `patience` seconds an unknown job is taken for a code server that is still loading.
        """
        deadline = time.monotonic() + patience
        variables = {"params": execution_parameters(job, run_config)}
        result = self._ask(LAUNCH, variables)["launchRun"]
        while result["__typename"] == "PipelineNotFoundError" and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            result = self._ask(LAUNCH, variables)["launchRun"]
        if result["__typename"] != "LaunchRunSuccess":
            reason = self._load_error() or refusal(result)
            raise WebserverError(f"Dagster did not start {job}: {reason}")
        return str(result["run"]["runId"])

    def follow(self, run_id: str) -> Iterator[Update]:
        """What happens in the run, until it has ended."""
        cursor: str | None = None
        status = ""
        while True:
            answer = self._ask(FOLLOW, {"runId": run_id, "cursor": cursor})
            run, log = answer["runOrError"], answer["logsForRun"]
            if run["__typename"] != "Run":
                raise WebserverError(refusal(run))
            yield from filter(None, map(update, log.get("events", ())))
            cursor = log.get("cursor", cursor)
            if log.get("hasMore"):
                continue
            if run["status"] != status:
                status = run["status"]
                changed = StatusChanged(status, duration(run))
                yield changed
                if changed.is_final:
                    return
            time.sleep(POLL_SECONDS)

    def _load_error(self) -> str | None:
        """Why the definitions are not there, if they are not."""
        entries = self._ask(LOCATIONS, {})["workspaceOrError"].get("locationEntries", ())
        errors = [entry["locationOrLoadError"] or {} for entry in entries]
        return next((str(error["message"]).strip() for error in errors if "message" in error), None)

    def _ask(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        try:
            response = self._http.post(
                "/graphql", json={"query": query, "variables": dict(variables)}
            )
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise WebserverError(
                f"Dagster does not answer at {self.url} ({error}). "
                "Start the platform with `analytics up`, or look at `analytics status`."
            ) from error
        body = _json(response)
        if body.get("errors"):
            raise WebserverError("; ".join(error["message"] for error in body["errors"]))
        data: dict[str, Any] = body["data"]
        return data


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        body: dict[str, Any] = response.json()
    except ValueError as error:
        raise WebserverError(f"what answers at {response.url} is not Dagster") from error
    return body


def execution_parameters(job: str, run_config: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "selector": {
            "repositoryLocationName": CODE_LOCATION,
            "repositoryName": REPOSITORY,
            "jobName": job,
        },
        "runConfigData": dict(run_config),
        "mode": "default",
    }


def refusal(result: Mapping[str, Any]) -> str:
    messages = [error["message"] for error in result.get("errors", ())]
    return "; ".join(messages) or str(result.get("message") or result["__typename"])


def duration(run: Mapping[str, Any]) -> float | None:
    started, ended = run.get("startTime"), run.get("endTime")
    return ended - started if started and ended else None


def update(event: Mapping[str, Any]) -> Update | None:
    """What an event of Dagster's log means to somebody who waits, if anything."""
    match event["__typename"]:
        case "MaterializationEvent":
            return Materialized(_name(event["assetKey"]))
        case "AssetCheckEvaluationEvent":
            found = event["evaluation"]
            return Checked(
                _name(found["assetKey"]), found["checkName"], found["success"], found["severity"]
            )
        case "ExecutionStepFailureEvent" | "RunFailureEvent" if event.get("error"):
            return StepFailed(event.get("stepKey") or "run", _reason(event["error"]))
    return None


def _name(asset_key: Mapping[str, Any]) -> str:
    return ".".join(asset_key["path"])


def _reason(error: Mapping[str, Any]) -> str:
    """The innermost message: the outer one only names the step."""
    causes = error.get("causes") or []
    return str((causes[-1] if causes else error)["message"]).strip()
