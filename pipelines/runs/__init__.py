"""Parameterised notebooks: checked, run, recorded, published whole."""
