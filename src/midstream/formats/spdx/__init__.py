"""SPDX documents: packages, and the security profile of 3.0."""
