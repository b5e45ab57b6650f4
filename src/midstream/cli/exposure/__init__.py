"""Commands over the exposure analysis: the index, scans, fleets."""
