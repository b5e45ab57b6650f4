"""What is asked beside the verbs: previews, forms, files, status, evidence, releases, digests, tokens, hooks."""
