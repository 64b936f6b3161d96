// SPDX-License-Identifier: MIT
// snprintf, as much of it as is needed here. libc's brings floating point along, a tenth of the whole program.
#ifndef HUME_FORMAT_H
#define HUME_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

// Knows %s (with a precision, also as *), %d, %u and %x (with l, ll, z; with a width and zeros before) and %%. Cuts what does
// not fit, ends it with a NUL, and returns the length it would have had.
__attribute__((format(printf, 3, 4))) int format_into(char *into, size_t room, const char *pattern, ...);
int format_list(char *into, size_t room, const char *pattern, va_list arguments);

#endif
