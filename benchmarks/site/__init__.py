"""The load of the site (网站负载): a site of the size asked for, people, and what pages cost."""
