"""A text is cut into messages where people would cut it, and to find out where costs little however long it is."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from calendar_app.channels.paging import paged
from calendar_app.channels.runs import Block, Run

RUNS = st.lists(
    st.builds(Run, st.text("ab .\n", min_size=1, max_size=40), strong=st.booleans(), em=st.booleans()),
    min_size=1, max_size=6,
)  # fmt: skip


def written(block):
    return "".join(f"*{run.text}*" if run.strong else run.text for run in block.runs)


def test_the_longest_text_is_written_a_few_hundred_times_not_once_for_each_word():
    asked = []

    def write(block):
        asked.append(len(block.runs))
        return written(block)

    pages = paged([Block("text", (Run("word " * 20_000),))], write, lambda text: len(text) <= 4096)
    assert (len(pages), len(asked) < 800, max(asked)) == (25, True, 1)
    assert " ".join(pages).split() == ["word"] * 20_000


def test_a_cut_is_made_behind_a_sentence_else_behind_a_word_else_anywhere():
    text = Block("text", (Run("One two. Three four. " + "x" * 25 + " five"),))
    assert paged([text], written, lambda one: len(one) <= 12) == [
        "One two.", "Three four.", "x" * 12, "x" * 12, "x five",
    ]  # fmt: skip


@given(RUNS, st.integers(3, 30))
@example([Run("a "), Run(" \n" * 20), Run("b")], 5)
def test_every_page_fits_and_no_word_is_lost(runs, most):
    pages = paged([Block("text", tuple(runs))], written, lambda text: len(text) <= most)
    assert all(len(page) <= most for page in pages)
    bare = [Block("text", tuple(replace(run, strong=False) for run in runs))]
    assert "".join("".join(pages).replace("*", "").split()) == "".join(written(bare[0]).split())
