"""OpenSMTPD as Debian ships it: `reputed queue` and `reputed log` beside its own tools and the receivers' word."""
import unittest

from mta_support import MtaTest
import opensmtpd


class Opensmtpd(MtaTest):
    make = opensmtpd.Opensmtpd


if __name__ == "__main__":
    unittest.main()
