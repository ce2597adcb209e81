"""Benchmarks (性能测试): ratios measured in one run on one machine, never absolute promises."""
