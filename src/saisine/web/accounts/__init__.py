"""Accounts of the pages: sign-in, second factor, devices, invitations, the lock, and who may open which page."""
