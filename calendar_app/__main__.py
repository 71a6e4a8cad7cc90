"""`python -m calendar_app` is the `sluice` command."""

from calendar_app.commands import main

if __name__ == "__main__":
    main()
