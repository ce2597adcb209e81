"""The load of the site (网站负载): a site of the size that is asked for, people, and what it costs."""
