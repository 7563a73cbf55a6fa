"""A cohort's table: read, checked as a whole, split; and what its scanners were set to."""
