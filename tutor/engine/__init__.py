"""Redis itself, without I/O: `Engine` executes commands of a `Session` and returns replies.

Time comes from a `Clock`, randomness from a seed; nothing here opens a file or a socket.
"""
