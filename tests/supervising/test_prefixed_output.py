import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.supervising.prefixed_output import LONGEST_LINE, PrefixedOutput


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_every_line_says_who_said_it_in_one_column():
    said = io.StringIO()
    output = PrefixedOutput(["web", "worker-1"], said)
    output.pass_on("web", b"hello\r\n\nwor")
    output.pass_on("worker-1", b"busy\n")
    output.pass_on("web", b"ld\n")
    output.say("Stopping.")
    assert said.getvalue().splitlines() == [
        "web      | hello",
        "web      | ",
        "worker-1 | busy",
        "web      | world",
        "sluice   | Stopping.",
    ]


def test_the_last_words_come_even_without_a_line_end():
    said = io.StringIO()
    output = PrefixedOutput(["web"], said)
    output.pass_on("web", b"out of mem")
    assert said.getvalue() == ""
    output.finish("web")
    output.finish("web")
    assert said.getvalue() == "web    | out of mem\n"


@given(st.lists(st.binary(max_size=20).filter(lambda line: b"\n" not in line), max_size=8), st.data())
def test_however_the_bytes_arrive_the_lines_are_the_same(lines, data):
    whole = b"".join(line + b"\n" for line in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    at_once, in_pieces = io.StringIO(), io.StringIO()
    PrefixedOutput(["web"], at_once).pass_on("web", whole)
    output = PrefixedOutput(["web"], in_pieces)
    for begin, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        output.pass_on("web", whole[begin:end])
    assert in_pieces.getvalue() == at_once.getvalue()


def test_a_line_that_never_ends_does_not_fill_the_memory():
    said = io.StringIO()
    output = PrefixedOutput(["web"], said)
    output.pass_on("web", b"x" * (LONGEST_LINE + 1))
    assert said.getvalue() == f"web    | {'x' * (LONGEST_LINE + 1)}\n"


def test_a_terminal_gets_colours_unless_somebody_asked_for_none(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    coloured = Terminal()
    PrefixedOutput(["web"], coloured).pass_on("web", b"hello\n")
    assert coloured.getvalue() == "\x1b[36mweb    |\x1b[0m hello\n"
    monkeypatch.setenv("NO_COLOR", "1")
    plain = Terminal()
    PrefixedOutput(["web"], plain).pass_on("web", b"hello\n")
    assert plain.getvalue() == "web    | hello\n"


@pytest.mark.parametrize("error", [BrokenPipeError(), OSError(5, "Input/output error"), ValueError("closed")])
def test_a_stream_that_breaks_loses_lines_and_nothing_else(error):
    class Broken(io.StringIO):
        def write(self, text: str) -> int:
            raise error

    PrefixedOutput(["web"], Broken()).say("Stopping.")
