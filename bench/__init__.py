"""The figures Midstream promises, as ratios in one run; ``make bench`` prints a line for each."""
