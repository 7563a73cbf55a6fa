"""One figure a module; each returns PNG."""
