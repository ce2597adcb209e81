"""What all pages share (界面): layout, texts, messages, error pages."""
