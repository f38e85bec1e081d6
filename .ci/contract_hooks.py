"""Makes the requests of schemathesis those of a caller who knows the local stack's demo project.

CONTRACT_STATE is the folder of the stack's state. CONTRACT_KEY is the variable of its demo.env with the caller's key.
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


def demo_variable(name):
    """The value of a variable of demo.env. The stack rewrites the file before it answers a rotation."""
    lines = STATE.read_text().splitlines()
    return next(line.removeprefix(f"{name}=") for line in lines if line.startswith(f"{name}="))


# A rotation replaces the keys, so the key is read again for every request.
@schemathesis.auth(refresh_interval=None)
class Caller:
    def get(self, case, context):
        return demo_variable(KEY)

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


# Half of the random projects become the caller's own, because a request to another project is refused before its body is read.
@schemathesis.hook
def map_path_parameters(context, path_parameters):
    if path_parameters and str(path_parameters.get("id", ""))[:1] in set("01234567"):
        path_parameters["id"] = demo_variable("POSTHORN_PROJECT_ID")
    return path_parameters


# Each idempotency key is used once, because a second body with the same key is refused without being read.
#
# A Reply-To must be an address if there is no `reply`. openapi.yaml says that in words, because schemathesis cannot negate a schema in
# which one field depends on another. So every random Reply-To that is text becomes an address.
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
