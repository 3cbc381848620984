"""Decided data: what a person chose, as rows with who and when, and the operations on them.

Pages and command line call the same functions of this room; the engines to its left do the thinking.
"""
