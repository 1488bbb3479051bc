"""Every cell of the matrix."""

from matrix.aliens import ALIENS
from matrix.before import BEFORE
from matrix.faults import FAULTS
from matrix.http_statuses import HTTP_STATUSES
from matrix.statuses import STATUSES
from matrix.twice import TWICE
from matrix.ways import WAYS

CELLS = [*BEFORE, *WAYS, *FAULTS, *STATUSES, *HTTP_STATUSES, *ALIENS, *TWICE]
