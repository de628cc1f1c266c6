"""`redis-tutor web`: the tutor in a browser, through textual-serve.

    browser ─ page, xterm.js ─ WebSocket ─▶ server ─ packets ─▶ a process for each visitor
                │                             │                    (confined, with a folder)
            guard: token, Host, Origin    Visit: limits, idle time, the end

`guard.py` says who may come in, `messages.py` what may be sent, `visit.py` is one visitor's process
and folder, `server.py` joins them, `pages.py` are the pages, `command.py` the command line.
textual-serve gives the front end (xterm.js) and the protocol of packets between server and app.
"""
