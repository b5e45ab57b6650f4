"""What is asked beside the verbs: what one would change, its form, files, status, evidence, releases."""
