"""Runs that cannot be changed and report versions (报告版本) that pin them."""
