"""Verification (核查): sampling, check list, findings, re-computation, opinion."""
