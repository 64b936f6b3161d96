// SPDX-License-Identifier: MIT
// What went wrong, as one line for a person and one status for a script. Filled in where it happens, printed in main.
#ifndef HUME_FAULT_H
#define HUME_FAULT_H

struct fault {
    int status; // 0: nothing went wrong
    char text[640];
};

__attribute__((format(printf, 3, 4))) void fault_set(struct fault *fault, int status, const char *format, ...);

// Prints `hume: TEXT` and a line feed on standard error, in one write; what could steer a terminal shows as `?`.
// A standard error that takes nothing is waited for as long as a humed that does not answer, then the line is given up.
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);

#endif
