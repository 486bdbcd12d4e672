"""Server reflection, version v1; v1alpha differs from it in the name of its package alone."""
