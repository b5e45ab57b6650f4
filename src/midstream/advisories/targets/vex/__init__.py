"""The record as VEX: what holds for each release, in OpenVEX, CycloneDX and SPDX."""
