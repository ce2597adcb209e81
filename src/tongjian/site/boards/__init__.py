"""Boards (看板): a region's emissions, intensities and targets, read from reports and runs."""
