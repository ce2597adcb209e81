"""Static files of the site (静态文件), made from installed packages into a cache folder.

Nothing of others is kept in the project: scripts and fonts come from the packages of the extra
`site`. Names carry a digest of the content, so that a browser may keep a file for ever.
"""

from tongjian.site.assets._build import Assets, build, cache_folder, found

__all__ = ["Assets", "build", "cache_folder", "found"]
