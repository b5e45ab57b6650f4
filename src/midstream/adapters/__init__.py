"""One room per outside system: each brings its news to the desk and knows no sibling."""
