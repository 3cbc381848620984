"""Findings: what stands out in a mass of messages, and what that does not prove.

Danger signs first, then waves, then near-copies. A finding is derived: it may be computed again, and it
never decides anything for a person.
"""
