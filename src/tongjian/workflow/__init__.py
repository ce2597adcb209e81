"""How a report goes from draft to accepted (报告流程): states, transitions, four eyes."""
