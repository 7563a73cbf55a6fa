"""Reader studies: which features, masks and volumes agree between readings of the same images."""
