// SPDX-License-Identifier: MIT
// A folder that is made when it is first needed.
#ifndef HUME_FOLDER_H
#define HUME_FOLDER_H

#include <stdbool.h>

// mkdir -p, for its owner alone; what was made survives a power cut. False with errno when a part can't be made.
bool folder_make(const char *folder);

#endif
