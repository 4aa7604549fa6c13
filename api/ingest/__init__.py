"""Taking documents over HTTP: from what is sent to a published generation that holds it.

`receiving` writes what is sent to a file, `jobs` keeps what is to be done, `runner` has it done one after the other by
`process`, which `child` starts and which speaks in `messages`; `desk` is what the routes ask.
"""
