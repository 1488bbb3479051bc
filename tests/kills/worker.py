"""The application of Celery's workers that are killed. Their clock is wrong by what a file says."""

import os
from pathlib import Path

from kills.process import put_clock
from support.workers import app_of_this_process

CLOCK = "LAAFFIC_KILLS_CLOCK"
app = app_of_this_process
put_clock(Path(os.environ[CLOCK]))
