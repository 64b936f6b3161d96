// SPDX-License-Identifier: MIT
// CRC-32/ISO-HDLC, the checksum of zlib, of a file in the drop folder.
#ifndef HUME_CRC32_H
#define HUME_CRC32_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32_of(const char *bytes, size_t count);

#endif
