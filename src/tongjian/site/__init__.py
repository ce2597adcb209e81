"""The web application (网页应用), served from what is installed: no page needs another network."""
