"""People and their rights (人员与权限): roles, tenancy, sign-in, tokens."""
