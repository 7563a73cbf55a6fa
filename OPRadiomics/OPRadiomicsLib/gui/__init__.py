"""What is seen and clicked in 3D Slicer. Qt's and Slicer's camelCase rules here; the work is done elsewhere.

`requirements`, `faults` and `resultHtml` know no Qt: they turn a study's state and answers into words.
"""
