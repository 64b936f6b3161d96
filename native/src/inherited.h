// SPDX-License-Identifier: MIT
// Descriptors that came from the caller, and are nobody's business here.
#ifndef HUME_INHERITED_H
#define HUME_INHERITED_H

// Closes every descriptor of this process but those.
void inherited_close_all_but(const int *kept, int count);

#endif
