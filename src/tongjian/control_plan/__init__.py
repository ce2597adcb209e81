"""The data quality control plan (数据质量控制计划) as data."""
