"""What a lesson may demand, as data: each predicate is one small class with a row in a table.

`base` says what a predicate is; `state` looks at keys, `route` at what was typed and replied,
`probe` at what would happen next, `combine` joins them; `reading.read_check` parses them all.
"""
