"""The primes that demos count are counted right here."""

from __future__ import annotations

import pytest

from webapp.lessons.primes import primes_in


# The numbers of primes below powers of ten: OEIS A006880.
@pytest.mark.parametrize(("last", "primes"), [(10, 4), (100, 25), (1000, 168), (1_000_000, 78_498)])
def test_primes_are_counted_right(last: int, primes: int) -> None:
    assert primes_in(0, last) == primes


def test_a_range_takes_its_first_number_and_not_its_last() -> None:
    assert primes_in(7, 11) == 1
    assert primes_in(8, 12) == 1
    assert primes_in(8, 11) == 0
