"""The web application (网页应用): a Django site over the library, which holds no formula.

Enterprises, verifiers and authorities work on the same records, runs and evidence as the command
line does: every enterprise has a folder of records, a log of its own in the database, and all that
its pages show is read from there or from rows that can be made again from there (`mrv.projection`).

    config, settings, urls, wsgi    how the site is set up, from the environment
    access        people, roles, sign-in; which endpoint is for whom; which rows a person may see
    registry      regions, parks, enterprises, plants, process units, outlets, meters
    workspaces    an enterprise's records, log, files and runs
    entry         data entry: tasks, forms, imports, corrections
    mrv           control plan, runs, reports, verification, review
    boards        what a region emits and how it does against its targets
    rulebooks     the rulebook to read, and to confirm
    operations    jobs, audit trail, health, backup
    api           everything of it by HTTP and JSON
    assets        scripts and fonts of pages, made from installed packages
    ui            what all pages look like, and their texts in two languages
"""
