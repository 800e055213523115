"""Measurements: ratios against a baseline of the same run gate, absolute figures are reported."""
