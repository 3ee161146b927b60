"""The sources of two demos side by side."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from tests.web.compare.comparing import BOTH, COMPARE, OTHERS, run
from webapp.pages.compare.sources import align


def test_common_lines_are_beside_each_other() -> None:
    first = ["import time", "", "def f():", "    go()", "    stop()"]
    second = [
        "import time",
        "",
        "def f():",
        "    with lock:",
        "        go()",
        "    stop()",
        "# end",
    ]
    assert list(align(first, second)) == [
        (0, 0, True),
        (1, 1, True),
        (2, 2, True),
        (None, 3, False),
        (3, 4, False),  # only the indentation differs
        (4, 5, True),
        (None, 6, False),
    ]
    assert list(align([], ["x"])) == [(None, 0, False)]


def test_lines_of_only_one_source_are_marked_by_a_sign_and_a_word(client: FlaskClient) -> None:
    page = client.get(COMPARE, query_string=OTHERS).text
    page = page[page.index('class="panel sources"') :]
    first, second = page.split('id="b-L1"')
    assert page.count("code-line only") == first.count("−</span>") + second.count("+</span>")
    assert first.count("only here") + second.count("only here") == page.count("code-line only")
    listings = re.findall(r"<pre.*?</pre>", page, re.S)
    assert len(listings) == 2
    assert len({listing.count('class="code-line') for listing in listings}) == 1


def test_the_changed_lines_come_first_each_with_a_link_to_its_place(
    real_client: FlaskClient,
) -> None:
    both = {"a": "lock/lost-update", "b": "lock/lost-update-fixed"}
    page = real_client.get(COMPARE, query_string=both).text
    changes = page.index('class="panel changes"')
    assert changes < page.index('id="a-transcript"') < page.index('class="panel sources"')
    lines = page[changes : page.index('id="a-transcript"')]
    # The lock is what only the second has. Docstrings differ, and are not changes.
    link = r'href="#b-L\d+" tabindex="-1">\d+</a>'
    assert re.search(rf'{link}<span class="sign">.*?\+</span><span>lock ', lines)
    assert "&quot;&quot;&quot;" not in lines
    told = re.search(r"the first has: (\d+)\. .*the second has: (\d+)\.", lines)
    assert told
    listed = [len(re.findall(rf'href="#{side}-L', lines)) for side in "ab"]
    assert [int(number) for number in told.groups()] == listed
    for target in re.findall(r'href="#([ab]-L\d+)"', lines):
        assert page.count(f'id="{target}"') == 1
    assert (
        'class="panel changes"'
        not in real_client.get(COMPARE, query_string={"a": both["a"], "b": both["a"]}).text
    )


def test_programs_that_differ_in_most_lines_have_no_list_of_changes(
    real_client: FlaskClient,
) -> None:
    both = {"a": "lock/lost-update", "b": "process-pool/map-squares"}
    assert 'class="panel changes"' not in real_client.get(COMPARE, query_string=both).text


def test_one_source_is_listed_once(client: FlaskClient) -> None:
    page = client.get(COMPARE, query_string=BOTH).text
    assert page.count("<pre") == 1
    assert "Both run this program; only their values can differ." in page
    assert "code-line only" not in page
    ran = run(client)
    assert 'data-lines="L" data-transcript="a-transcript"' in ran
    assert 'data-lines="L" data-transcript="b-transcript"' in ran
