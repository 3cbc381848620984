"""Incidents: answers to questions become facts, consents are checked, what is dated becomes a chronology."""
