"""The study's statistics as pure functions of arrays: no files, no cohort, no randomness but a generator or seed passed in."""
