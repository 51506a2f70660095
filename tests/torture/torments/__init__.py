"""What is done to Trueup, one kind a file."""

from tests.torture.scene import Torment
from tests.torture.torments.clock_steps import CLOCK_STEPS
from tests.torture.torments.cuts import CUTS
from tests.torture.torments.database_losses import DATABASE_LOSSES
from tests.torture.torments.deafness import DEAFNESS
from tests.torture.torments.hangs import HANGS
from tests.torture.torments.kills import KILLS
from tests.torture.torments.outages import OUTAGES
from tests.torture.torments.rivals import RIVALS

TORMENTS: tuple[Torment, ...] = (
    *KILLS,
    *HANGS,
    *CUTS,
    *DATABASE_LOSSES,
    *CLOCK_STEPS,
    *OUTAGES,
    *RIVALS,
    *DEAFNESS,
)
