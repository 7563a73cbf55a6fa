"""Results as nodes of a Slicer scene; the scene is passed in. Nothing here imports Qt."""
