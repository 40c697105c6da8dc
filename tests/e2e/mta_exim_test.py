"""Exim as Debian ships it: `reputed queue` and `reputed log` beside its own tools and the receivers' word."""
import unittest

from mta_support import MtaTest
import exim


class Exim(MtaTest):
    make = exim.Exim


if __name__ == "__main__":
    unittest.main()
