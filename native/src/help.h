// SPDX-License-Identifier: MIT
// Help: one screen of 80 × 24 for all, a few lines for each verb. The man page says the rest.
#ifndef HUME_HELP_H
#define HUME_HELP_H

#include "verbs.h"

extern const char help_usage[];

// The help of this verb; of all when it is NULL.
const char *help_of(const struct verb *verb);

#endif
