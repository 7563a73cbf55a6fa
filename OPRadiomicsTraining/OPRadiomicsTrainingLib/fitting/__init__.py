"""From a cohort's features to a signature: t test, LASSO, Radscores, logistic models, all inside the fold."""
