"""How well a signature does on patients that it was not fitted on, and on those that it was, out of fold."""
