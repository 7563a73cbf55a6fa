"""From an acquired sequence to the image that features are computed on: body, bias field, normalisation, resampling."""
