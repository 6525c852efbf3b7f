"""Grading a class with nbgrader; needs the extra ``grading``."""
