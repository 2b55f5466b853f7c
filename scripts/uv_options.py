"""Print the options of `uv pip install` for what pip is configured with, which uv does not read.

Exit code 1: something is configured that uv has no such option for.
"""

import ast
import os
import subprocess
import sys

#: options that both have, by the same name
SHARED = {"index-url", "extra-index-url", "find-links", "constraint"}
#: options of pip that uv does without
UNNEEDED = {
    *("default-timeout", "timeout", "retries", "disable-pip-version-check", "no-cache-dir"),
    "cache-dir",
}


def configured() -> dict[str, list[str]]:
    """The values of each option of `pip install`, as `pip config list` prints them."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(  # noqa: S603 - this interpreter's pip
        command, check=True, capture_output=True, text=True
    )
    options: dict[str, list[str]] = {}
    for line in listed.stdout.splitlines():
        name, _, value = line.partition("=")
        section, _, option = name.rpartition(".")
        if section in {"global", "install", ":env:"}:
            options[option] = str(ast.literal_eval(value)).split()
    return options


if __name__ == "__main__":
    has_certificates = "SSL_CERT_FILE" in os.environ  # noqa: TID251 - uv reads it, no setting of ours
    unneeded = UNNEEDED | ({"cert"} if has_certificates else set[str]())
    options = {name: values for name, values in configured().items() if name not in unneeded}
    if options.keys() - SHARED:
        sys.exit(1)
    print(*(f"--{name} {value}" for name, values in options.items() for value in values))
