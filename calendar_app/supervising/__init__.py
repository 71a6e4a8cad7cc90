"""How `sluice up` keeps its processes: one file for each thing that happens to them."""


class CannotStart(Exception):
    """Nothing was started; the message is one sentence for the person at the terminal."""
