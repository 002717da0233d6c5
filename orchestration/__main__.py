"""`python -m orchestration`: the code server that the webserver and the daemon share."""

from orchestration.code_server import serve

serve()
