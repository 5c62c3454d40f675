"""`python -m kubepy`."""

from kubepy.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
