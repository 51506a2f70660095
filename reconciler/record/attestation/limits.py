"""What every statement of a day rests on, and what none of them can say: the same words in JSON and page."""

RESTS_ON = (
    "Only what Trueup's own state database holds, read in one transaction at the time that is named.",
    "No exchange and no bot was asked for it.",
    "A second counts as covered where two facts say so: every source was well, and sweeps told what stood.",
    "What a sweep told is taken to be so until the next one, and for five minutes at most.",
    "States of sources are known by their changes. The last one holds up to the last heartbeat of the watch.",
    "A break is an alert that people were told of. It counts for every day on which it was open.",
    "Whose doing a change was is counted by the day of an order's last trade.",
    "Dollar-seconds are the quote value without a covering stop times the seconds that it stood so.",
)
"""What it rests on, a sentence each."""

CANNOT_SAY = (
    "That nothing happened where it is not covered. What is not known is not said to be well.",
    "That the exchange and the bots told the truth: it says what they showed, and whether that agreed.",
    "How severe an alert was at each moment: severity, value and reason are those that it had last.",
    "Who a person is beyond the name that sign-in, a token or the command line gave.",
    "What ran on a day long past: of each process only its last word is kept, and that for a day.",
    "That this was not changed afterwards: the hash shows that page and file belong together, and no more.",
    "To which group an account belonged on that day: groups are those of the day on which this was made.",
)
"""What it cannot say, a sentence each."""
