"""A class on one server: who is in it, what each may do, and what the instructor sees of them.

names ─▶ Roster ─▶ users of the ACL ─┐
sockets ─▶ engine ─▶ ClassTraffic ───┼─▶ Classroom ─▶ rows ─▶ screen | CSV
clock ───────────────────────────────┘
"""
