"""The snippets of docs/how-to/send-with-existing-clients.md send an event each."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from stack.settings import PROJECT_ROOT
from tests.clients import packages
from tests.clients.conftest import INSTALL_SECONDS
from tests.ingest.services import Ingest

PAGE = (PROJECT_ROOT / "docs/how-to/send-with-existing-clients.md").read_text()
SNIPPETS = re.findall(r"```(python|js)\n(.*?)```", PAGE, re.DOTALL)

pytestmark = pytest.mark.timeout(INSTALL_SECONDS)


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_a_snippet_sends_an_order(
    ingest: Ingest, node_modules: Path, tmp_path: Path, number: int
) -> None:
    language, text = SNIPPETS[number]
    text = text.replace("<write key>", ingest.write_key)
    text = text.replace("http://localhost:3001", ingest.url)
    if language == "python":
        subprocess.run((sys.executable, "-c", text), check=True, timeout=60)
    else:
        (tmp_path / "node_modules").symlink_to(node_modules)
        script = tmp_path / "snippet.mjs"
        script.write_text(text)
        packages.run_node(str(script))
    (row,) = ingest.wait_for_rows(1)
    assert (row["event_name"], row["user_id"]) == ("Order Completed", "u1")
    properties = json.loads(row["properties"])
    assert (properties["revenue"], properties["currency"]) == (12.5, "EUR")
