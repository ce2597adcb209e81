"""Online monitoring (在线监测): telegrams, their quality, and what becomes of them."""
