"""What schemathesis must know to call as a caller of the local stack's demo project does.

CONTRACT_STATE is the stack's folder of state, CONTRACT_KEY the variable of its demo.env that holds the caller's key.
"""

import itertools
import os
import pathlib
import re

import schemathesis

STATE = pathlib.Path(os.environ["CONTRACT_STATE"], "demo.env")
KEY = os.environ["CONTRACT_KEY"]
PRINTABLE = re.compile("[!-~]([ -~]{0,253}[!-~])?")
count = itertools.count()


def kept(name):
    """A variable of demo.env. The stack rewrites the file before it answers a rotation."""
    lines = STATE.read_text().splitlines()
    return next(line.removeprefix(f"{name}=") for line in lines if line.startswith(f"{name}="))


# Read anew for every request: a rotation replaces the keys.
@schemathesis.auth(refresh_interval=None)
class Caller:
    def get(self, case, context):
        return kept(KEY)

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


# Every other project is the caller's own: a made-up one is refused before its body is looked at.
@schemathesis.hook
def map_path_parameters(context, path_parameters):
    if path_parameters and str(path_parameters.get("id", ""))[:1] in set("01234567"):
        path_parameters["id"] = kept("POSTHORN_PROJECT_ID")
    return path_parameters


# No idempotency key comes twice: the second body would be refused for the first one's sake, and never looked at.
# Reply-To is an address where there is no `reply`. openapi.yaml says that in words: a schema that makes a field depend on another
# cannot be negated. So no request is made up that is wrong for the text of its Reply-To.
@schemathesis.hook
def before_call(context, case, kwargs):
    headers = case.body.get("headers") if isinstance(case.body, dict) else None
    if isinstance(headers, dict):
        for name, value in headers.items():
            if name.lower() == "reply-to" and isinstance(value, str):
                headers[name] = "ada@example.com"
    for name, value in (case.headers or {}).items():
        if name.lower() == "idempotency-key" and isinstance(value, str) and PRINTABLE.fullmatch(value):
            case.headers[name] = f"{KEY} {next(count)} {value}"[:255].strip()
