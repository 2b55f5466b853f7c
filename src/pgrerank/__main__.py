"""The command `pgrerank`, or what installs what it needs."""

import sys


def main() -> None:
    """Run the command."""
    try:
        from pgrerank.cli import main as command  # noqa: PLC0415 - a client's install has no command
    except ModuleNotFoundError as error:
        if (error.name or "pgrerank").startswith("pgrerank"):
            raise
        sys.exit(
            f"pgrerank: {error.name} is not installed: this install is the client alone. The service and "
            "its commands: pip install 'pgrerank[slim]', or 'pgrerank[server]' for any model of the hub"
        )
    command()


if __name__ == "__main__":
    main()
