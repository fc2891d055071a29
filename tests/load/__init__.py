"""Many viewers at once, for seconds in the suite and for half an hour by hand."""
