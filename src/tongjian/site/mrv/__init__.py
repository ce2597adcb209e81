"""Monitoring, reporting, verification (监测、报告与核查): from control plan to accepted report."""
