"""Figures over series and projects."""
