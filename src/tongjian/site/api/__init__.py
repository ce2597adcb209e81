"""Everything by HTTP and JSON (接口)."""
