# SPDX-License-Identifier: MIT
"""What did not happen: what is expected of a task, until when, and what it means that it has not come. Pure.

`expectation` is what was declared, `merging` whose word counts, `schedule` when the next start is expected, `judging` whether something is overdue
now and when to look again, `showing` how that and what the events tell become the state that is shown.
"""
