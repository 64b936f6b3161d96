// SPDX-License-Identifier: MIT
// The one screen of help.
#ifndef HUME_HELP_H
#define HUME_HELP_H

extern const char help_text[];
extern const char help_usage[];

#endif
