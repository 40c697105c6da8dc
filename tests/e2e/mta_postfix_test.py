"""Postfix as Debian ships it: `reputed queue` and `reputed log` beside its own tools and the receivers' word."""
import functools
import unittest

from mta_support import MtaTest
import postfix


class Postfix(MtaTest):
    make = postfix.Postfix


class ModernPostfix(MtaTest):
    """Long queue identifiers, a name of its own in the log, stamps of RFC 3339."""

    make = functools.partial(postfix.Postfix, modern=True)


if __name__ == "__main__":
    unittest.main()
