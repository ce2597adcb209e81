"""The application as `serving` has it served: its process ends with the one that started it.

The web server's own processes would go on without it, and keep the port from the next one.
"""

from tongjian.site.operations.parents import end_with_parent

end_with_parent(grace=5.0)  # before what takes seconds to load

from tongjian.site.wsgi import application  # noqa: E402

__all__ = ["application"]
