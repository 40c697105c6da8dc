"""Exim as Debian ships it: `reputed queue` and `reputed log` beside its own tools and the receivers' word."""
import functools
import unittest

from mta_support import MtaTest
import exim


class Exim(MtaTest):
    make = exim.Exim


class TalkativeExim(MtaTest):
    """Everything that can be logged, and a queue in many folders."""

    make = functools.partial(exim.Exim, selector="+all", split=True)


if __name__ == "__main__":
    unittest.main()
