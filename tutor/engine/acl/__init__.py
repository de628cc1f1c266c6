"""Access control lists: users, what each may do, and the log of what was refused.

    rule ─▶ selector (commands, keys, channels) ─▶ rights of a user ─▶ may this command run?

- `catalog`: the command table as bits, and what a category switches.
- `selector`: one set of permissions; reads rules, prints the shortest that lead to the same.
- `user`: logging in, selectors; `permissions`: may these words be run?
- `accounts`: all users of an engine; `files`: users in redis.conf and in the ACL file; `log`.

The source of all rules and texts is redis 7.0, acl.c.
"""

from tutor.engine.acl.accounts import Acl
from tutor.engine.acl.permissions import Denied
from tutor.engine.acl.user import Rights, User

__all__ = ["Acl", "Denied", "Rights", "User"]
