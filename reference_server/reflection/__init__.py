"""Server reflection, as Go's server offers it: 5.4 and later, if switched on, without a key."""
