"""kill -9 at 300 random moments of a script of 200 transitions: nothing is lost, and only what was being sent repeats."""
import unittest

from chaos import Chaos


class ChaosTest(unittest.TestCase):
    def test_nothing_is_lost_and_only_sends_in_flight_are_repeated(self):
        chaos = Chaos(300, 200)
        self.addCleanup(chaos.close)
        chaos.run()
        figures = chaos.figures()
        self.assertEqual(chaos.problems(), [], figures)
        self.assertEqual(figures["losses"], 0)
        self.assertLessEqual(figures["duplicates"], figures["sends in flight at kills"])
        # Else the kills came too late or too early to say anything.
        self.assertGreater(figures["with a send in flight"], 10, figures)


if __name__ == "__main__":
    unittest.main()
