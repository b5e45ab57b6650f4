"""The pages of the Zephyr project that name vulnerabilities: the living page, and the notes of a release."""
