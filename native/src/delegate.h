// SPDX-License-Identifier: MIT
// The verbs for people are another program's: hume-cli, installed beside this one.
#ifndef HUME_DELEGATE_H
#define HUME_DELEGATE_H

#include "fault.h"

// Becomes hume-cli: the one beside this program, else one on PATH. Returns only when there is none.
void delegate_become(char **argv);

// Becomes the one beside this program and no other; returns when there is none.
void delegate_become_neighbour(char **argv);

// Why the one beside this program could not be run, after one of the above returned; NULL when it is not there.
const char *delegate_hindrance(void);

// Becomes hume-cli with the same arguments, and does not return. Returns only with a fault: there is none to become.
void delegate(char **argv, const char *verb, struct fault *fault);

#endif
