"""The law as dated data and pure functions: what it may be, until when, who may act, by which route.

Nothing here says that a person is guilty. Every statement carries its article, its date, its `verified` flag.
"""
