"""The one Advisory record of a case, and its projections into every format."""
