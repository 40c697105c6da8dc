"""Sendmail as Debian ships it: `reputed queue` and `reputed log` beside its own tools and the receivers' word."""
import unittest

from mta_support import MtaTest
import sendmail


class Sendmail(MtaTest):
    make = sendmail.Sendmail


if __name__ == "__main__":
    unittest.main()
