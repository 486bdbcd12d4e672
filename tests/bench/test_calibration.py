"""The harness never makes a server of known behaviour look better than it is.

`python -m tools.calibrate` holds it to both sides of its bounds, which takes a quiet machine.
"""

import pytest

from tools.calibrate import CALIBRATIONS, Calibration, calibrate

QUICK = [calibration for calibration in CALIBRATIONS if calibration.is_quick]


@pytest.mark.parametrize("calibration", QUICK, ids=lambda one: one.name.replace(" ", "-"))
def test_what_was_planted_is_reported(calibration: Calibration) -> None:
    readings = calibrate(calibration)
    assert readings
    assert not [str(reading) for reading in readings if not reading.is_honest]
