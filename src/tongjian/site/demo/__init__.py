"""The sample province as a site (演示网站): enterprises, people, records, reports at every stage.

Everything in it is invented, and says so. What is done is done as people would do it: by the same
services, entered in the same logs, checked by the same rules.
"""

from tongjian.site.demo.build import Built, build_demo

__all__ = ["Built", "build_demo"]
