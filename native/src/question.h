// SPDX-License-Identifier: MIT
// `hume get`: a value that this host's scripts shared, printed at once and offline.
#ifndef HUME_QUESTION_H
#define HUME_QUESTION_H

#include "arguments.h"

// Asks humed for [HOST[:TASK]/]KEY, the first word, and prints the value and a line feed on standard output. The exit
// status is fault.status: 0, 1 no such value (without a text), 64, 65, 75 or 77. Another host's value is another
// program's matter: becomes hume-cli then, and returns only when there is none.
void question_get(const struct asked *asked, struct fault *fault);

#endif
