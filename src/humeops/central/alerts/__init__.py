# SPDX-License-Identifier: MIT
"""Who is told what, when, and where: rules, silences and the course of one alert. Pure.

`book` is what people wrote, `reading` reads it, `windows` are times of the day and repeating spans, `course` is the life of one alert, `routing`
which channels a message goes to, `gathering` makes one message of many.
"""
