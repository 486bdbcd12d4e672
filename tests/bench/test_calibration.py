"""The harness reports what a server of known behaviour did, within the bounds that it states."""

import pytest

from tools.calibrate import CALIBRATIONS, Calibration, calibrate

QUICK = [calibration for calibration in CALIBRATIONS if calibration.is_quick]


@pytest.mark.parametrize("calibration", QUICK, ids=lambda one: one.name.replace(" ", "-"))
def test_what_was_planted_is_reported(calibration: Calibration) -> None:
    wrong = [str(reading) for reading in calibrate(calibration) if not reading.is_right]
    assert not wrong
