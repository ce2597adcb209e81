"""Data entry (数据填报): what is due, forms, grids, imports, corrections, evidence."""
