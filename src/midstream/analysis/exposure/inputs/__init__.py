"""Inputs: what bills of materials, package lists, manifests and purls name, as components with their ecosystems."""
