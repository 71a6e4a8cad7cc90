import re
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from calendar_app.posts.text import LONGEST, clean, cut, excerpt, refuse_reason, sanitise, to_html, to_plain

TAGS = {*"a blockquote br code em h3 h4 h5 h6 hr li ol p pre strong ul".split()}  # noqa: SIM905
MARKS = (
    *(
        "[",
        "]",
        "](",
        "![",
        "*",
        "**",
        "_",
        "`",
        "<",
        ">",
        "&#",
        ";",
        "\n",
        "\n\n",
        "- ",
        "1. ",
        "> ",
        "    ",
    ),
    *("javascript:", "http://a.example", "<script>", "\x00", "\r", "\u202e", "onerror=", '"', "'", "]: "),
)

TAGGED = (
    *("<p>", "</p>", "<pre>", "<svg>", "<math>", "<style>", "</style>", "<table>", "<select>", "<template>"),
    *("<noscript>", "<textarea>", "<title>", "<plaintext>", "<!--", "-->", '<a href="', "javascript:", '">'),
    *("<img ", "onerror=", "&lt;", "&#13;", "\x00"),
)

XSS = (
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img/src='x'/onerror=alert(1)//",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href='java\x00script:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='//evil.example' onclick=alert(1) style='position:fixed' target=_blank id=x class=y>x</a>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<style>@import 'javascript:alert(1)';</style>",
    "<link rel=stylesheet href=javascript:alert(1)>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href=javascript:alert(1)//>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<!--<img src='--><img src=x onerror=alert(1)//'>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "[x](\\javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    "[x](//evil.example)",
    "[x](https://a.example \"' onclick=alert(1) '\")",
    "[x](https://a.example/\"onmouseover=alert(1))",
    "![x](javascript:alert(1))",
    "![x](https://a.example/x.png\" onerror=\"alert(1))",
    "![\"><script>alert(1)</script>](x)",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    "```\"><script>alert(1)</script>\nx\n```",
    "```html onload=alert(1)\n<script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    "https://a.example/<script>alert(1)</script>",
    "https://a.example/'onclick='alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
)  # fmt: skip

HEAVY = {
    "brackets": "[" * LONGEST,
    "pairs": "[" * 50_000 + "]" * 50_000,
    "images": "![" * 50_000,
    "nested images": "![" * 20_000 + "](x)" * 15_000,
    "link beginnings": "[a](" * 25_000,
    "emphasis": "*a_ " * 25_000,
    "nested emphasis": "*" * 49_999 + "a" + "*" * 49_999,
    "back ticks": "".join("`" * count + "a" for count in range(1, 440)),
    "quotes": ">" * LONGEST,
    "lazy quotes": "> " * 20 + "\n" + "a\n" * 49_970,
    "fences in and out of quotes": "*```\n>```\n" * 10_000,
    "lists in lists": "- " * 50_000,
    "lists in order": "1) a\n2. b\n" * 10_000,
    "deep lists": "\n".join("  " * depth + "- a" for depth in range(300)),
    "one reference with a long address": "[a]: http://x/" + "b" * 50_000 + "\n\n" + "[a]" * 16_000,
    "one reference with a long title": "[a]: http://x 'b" + "b" * 50_000 + "'\n\n" + "[a]" * 16_000,
    "bare addresses": "https://x." * 10_000,
    "one long address": "https://x.example/" + "a" * 99_000,
    "closing brackets": "https://" + ")" * 90_000,
    "entities": "&amp;" * 20_000,
    "angles": "<a" * 50_000,
}


def elements(markup):
    return [
        node
        for node in lxml_html.fragment_fromstring(markup, create_parent="div").iter()
        if node.tag != "div"
    ]


def assert_harmless(markup):
    for node in elements(markup):
        assert node.tag in TAGS
        assert set(node.attrib) <= {"a": {"href", "rel"}, "ol": {"start"}}.get(node.tag, set())
        if "href" in node.attrib:
            assert re.match(r"(https?://[^/]|mailto:)", node.get("href"))
            assert node.get("rel") == "nofollow noopener"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\r\nb\rc\nd\te", "a\nb\nc\nd\te"),
        ("a\u2028b\u2029c", "a\nb\nc"),
        ("\x00a\x07b\x0bc\x1bd\x7fe\x85f", "abcdef"),
        ("a\ud800b\ufffec\uffffd\ufdd0e\U0001ffff", "abcde"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("\ufeffæøå 😀 👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 é", "æøå 😀 👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 é"),
        ("\u05d0\u200f!", "\u05d0\u200f!"),
    ],
)
def test_cleaning_keeps_words_and_takes_out_what_formats_cannot_carry(typed, kept):
    assert clean(typed) == kept


@given(st.text(st.characters()))
def test_cleaning_twice_changes_nothing_and_leaves_only_what_xml_allows(text):
    kept = clean(text)
    assert clean(kept) == kept
    assert {character for character in kept if unicodedata.category(character) in {"Cc", "Cs"}} <= {
        "\n",
        "\t",
    }
    assert lxml_html.fromstring("<p/>").makeelement("p", {"title": kept}).get("title") == kept


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("Hello", None),
        ("12345\r\n7890", None),
        ("12345678901", "This is 11 characters long. Shorten it to 10 or fewer."),
        ("x" * 1_234, "This is 1,234 characters long. Shorten it to 10 or fewer."),
        ("a\x00b", "The text holds something that is not a character (code 0000). Paste it as plain text."),
        ("a\udc80", "The text holds something that is not a character (code DC80). Paste it as plain text."),
    ],
)
def test_a_text_is_refused_with_a_sentence_that_says_what_to_do(typed, sentence):
    assert refuse_reason(typed, 10) == sentence


@pytest.mark.parametrize(
    ("markdown", "markup"),
    [
        ("**Hello** *you*", "<p><strong>Hello</strong> <em>you</em></p>\n"),
        ("one\ntwo", "<p>one<br>\ntwo</p>\n"),
        ("# a\n## b\n### c\n###### d", "<h3>a</h3>\n<h4>b</h4>\n<h5>c</h5>\n<h6>d</h6>\n"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>\n'),
        ("![A *blue* bridge](/media/1.png)", "<p>A blue bridge</p>\n"),
        ("![one ![two](b)](a)", "<p>one two</p>\n"),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"),
        ("[x](javascript:y)", "<p>[x](javascript:y)</p>\n"),
        ("[x](/page)", "<p>[x](/page)</p>\n"),
        ("```py\n<a>\n```", "<pre><code>&lt;a&gt;\n</code></pre>\n"),
    ],
)
def test_markdown_becomes_this_html(markdown, markup):
    assert to_html(markdown) == markup


@pytest.mark.parametrize(
    ("markdown", "addresses"),
    [
        ("[x](https://a.example 'title')", ["https://a.example"]),
        ("[x](mailto:a@b.example)", ["mailto:a@b.example"]),
        ("<https://a.example>", ["https://a.example"]),
        ("See https://a.example/b_c_d?x=1&y=2.", ["https://a.example/b_c_d?x=1&y=2"]),
        ("(https://a.example/x_(y)), https://b.example!", ["https://a.example/x_(y)", "https://b.example"]),
        ("[https://shown.example](https://real.example)", ["https://real.example"]),
        ("`https://a.example` xhttps://b.example", []),
        ("https://blåbær.example/å", ["https://xn--blbr-roah.example/%C3%A5"]),
        ("[x](HTTPS://a.example) [y](ftp://a.example) [z](http:)", ["HTTPS://a.example"]),
    ],
)
def test_links_lead_to_these_addresses(markdown, addresses):
    links = [node for node in elements(to_html(markdown)) if node.tag == "a"]
    assert [link.get("href") for link in links] == addresses
    assert {link.get("rel") for link in links} <= {"nofollow noopener"}


@pytest.mark.parametrize("hostile", XSS)
def test_hostile_text_becomes_harmless_html_by_every_way(hostile):
    for markup in (
        to_html(hostile),
        sanitise(hostile),
        sanitise(to_html(hostile)),
        to_html(f"> - **{hostile}**"),
    ):
        assert_harmless(markup)


def test_the_corpus_would_notice_html_that_was_let_through():
    noticed = 0
    for hostile in XSS:
        try:
            assert_harmless(hostile)
        except AssertionError:
            noticed += 1
    assert noticed >= 30


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(MARKS) | st.text(max_size=8), max_size=40).map("".join))
def test_any_text_becomes_harmless_html_plain_text_and_excerpt(text):
    markup = to_html(text)
    assert_harmless(markup)
    assert sanitise(markup) == markup == clean(markup)
    assert to_plain(text) == clean(to_plain(text))
    assert len(excerpt(text, 20)) <= 20


@given(st.lists(st.sampled_from(TAGGED) | st.text(max_size=5), max_size=20).map("".join))
def test_any_html_is_made_safe_also_for_who_reads_it_twice(markup):
    assert_harmless(sanitise(markup))
    assert_harmless(sanitise(sanitise(markup)))


def test_a_character_written_as_a_number_is_cleaned_too():
    assert sanitise("a&#1;b&#13;&#x202e;c") == "ab\nc"
    assert to_plain("a&#x202e;b") == "ab"
    assert sanitise('<a href="\r&#9;ht&#10;tp://a.example/b c">x</a>') == (
        '<a href="http://a.example/bc" rel="nofollow noopener">x</a>'
    )


@pytest.mark.parametrize("heavy", HEAVY.values(), ids=HEAVY)
def test_no_text_keeps_the_machine_busy_or_grows_beyond_measure(heavy):
    text = heavy[:LONGEST]
    began = time.process_time()
    markup = to_html(text)
    # Ten times what a slow machine needs; the unguarded parser takes half a minute for some of them.
    assert time.process_time() - began < 8
    assert len(markup) < 10 * LONGEST
    assert_harmless(markup)


@pytest.mark.parametrize("render", [to_html, to_plain, lambda text: excerpt(text, 100)])
def test_a_megabyte_of_nested_brackets_is_refused_at_once(render):
    began = time.process_time()
    with pytest.raises(
        ValueError, match=r"^The text is 1,000,000 characters long. Shorten it to 100,000 or fewer.$"
    ):
        render("[" * 500_000 + "]" * 500_000)
    assert time.process_time() - began < 1


def test_what_nests_deeper_than_anybody_writes_is_shown_as_typed_and_nothing_is_lost():
    assert to_html("> " * 12 + "deep\nnext\n\nlast") == f"<p>{'&gt; ' * 12}deep<br>\nnext</p>\n<p>last</p>"
    assert to_plain("> " * 12 + "deep") == "> " * 12 + "deep"


@pytest.mark.parametrize("mark", ["> ", "- ", "1. ", "> - ", "- > ", "**", "*a _"])
@pytest.mark.parametrize("depth", range(1, 16))
def test_at_no_depth_a_word_is_lost(mark, depth):
    text = mark * depth + "kept" + mark.strip() * depth
    assert "kept" in to_plain(text)
    assert "kept" in to_html(text)
    assert "kept" in excerpt(text, 200)


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("**Take** the [ferry](https://a.example/f).", "Take the ferry (https://a.example/f)."),
        ("[https://a.example](https://a.example) <https://b.example>", "https://a.example https://b.example"),
        ("Write to [us](mailto:us@a.example), <me@a.example>", "Write to us (us@a.example), me@a.example"),
        ("one\ntwo  \nthree\n\nfour", "one\ntwo\nthree\n\nfour"),
        ("# Head\ntext", "Head\n\ntext"),
        ("- a\n- b\n  - c\n\nend", "- a\n- b\n  - c\n\nend"),
        ("9. a\n10. b\n    more", "9. a\n10. b\n    more"),
        ("1) a\n\n2) b", "1) a\n\n2) b"),
        ("> said\n> so\n>\n> - twice", "> said\n> so\n\n> - twice"),
        ("```\nx = 1\n\n  y\n```\n\n---", "x = 1\n\n  y\n\n* * *"),
        ("![A bridge](x.png) &amp; \\*", "A bridge & *"),
        ("", ""),
    ],
)
def test_plain_text_reads_like_this(markdown, plain):
    assert to_plain(markdown) == plain


@pytest.mark.parametrize(
    ("markdown", "limit", "short"),
    [
        (
            "# The bridge\n\nis **closed** until [Friday](https://a.example)",
            100,
            "The bridge is closed until Friday",
        ),
        ("The bridge is closed", 20, "The bridge is closed"),
        ("The bridge is closed", 19, "The bridge is…"),
        ("The bridge, closed", 14, "The bridge…"),
        ("Donaudampfschifffahrt", 10, "Donaudamp…"),
        ("a Donaudampfschifffahrt", 10, "a Donauda…"),
        ("ab", 1, "…"),
        ("ab", 0, ""),
        ("> - a\n> - b", 10, "a b"),
    ],
)
def test_an_excerpt_is_one_line_cut_at_a_word(markdown, limit, short):
    assert excerpt(markdown, limit) == short


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("abcde\u0301f", 6, "abcd…"),
        ("ab👩‍👩‍👧cd", 5, "ab…"),
        ("abcd👍🏽ef", 6, "abcd…"),
        ("ab🇳🇴🇸🇪cd", 6, "ab🇳🇴…"),
        ("ab🇳🇴🇸🇪cd", 7, "ab🇳🇴🇸🇪…"),
    ],
)
def test_a_cut_parts_no_character_from_what_belongs_to_it(text, limit, short):
    assert cut(text, limit) == short


@given(st.text(), st.integers(0, 60))
def test_a_cut_is_never_longer_than_it_may_be_and_begins_as_the_text_does(text, limit):
    line = " ".join(text.split())
    short = cut(text, limit)
    assert len(short) <= limit
    assert line.startswith(short.removesuffix("…")) or short == line
