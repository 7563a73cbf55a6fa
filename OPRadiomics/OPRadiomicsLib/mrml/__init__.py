"""Between the core's types and the nodes of a MRML scene: volumes, segments, acceptance, results. No Qt.

Needs Slicer, or the PyPI package slicer-core. The scene or the node is always an argument. What belongs to a study hangs on
its segmentation node, by node references and by tags of its segments, so that it survives saving and several studies share a
scene.
"""
