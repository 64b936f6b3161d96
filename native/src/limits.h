// SPDX-License-Identifier: MIT
// The limits of docs/protocol.md, version 1. Lengths of text are in Unicode code points.
#ifndef HUME_LIMITS_H
#define HUME_LIMITS_H

enum {
    MAX_EVENT_BYTES = 65536,
    MAX_MESSAGE = 8192,
    MAX_NAME = 64,
    MAX_TAGS = 16,
    MAX_DATA = 64,
    MAX_EXPECT = 16,
    MAX_TEXT_VALUE = 1024,
    MAX_UNIT = 16,
    MAX_SCRIPT = 512,
    MAX_HOST = 255,
    MAX_TRACEPARENT = 64,
    MAX_CHAIN = 64,
    MAX_PATH = 512,
    MAX_FUNCTION = 128,
    MAX_BY = 16,
    MAX_SYSTEMD_UNIT = 256,
    MAX_INVOCATION = 64,
    MAX_CLIENT = 64,
    MAX_ARGS = 64,
    MAX_ARG = 256,
    MAX_OUTPUT = 16384, // code points; so many bytes are kept, too
    MAX_REPLY_BYTES = 1024,
    MAX_ANSWER_BYTES = 8192, // of the reply to a question
    ID_LENGTH = 36,
    BOOT_LENGTH = 36,
};

#define MAX_TTL_SECONDS 3153600000ULL

// Exit statuses: public API, the same numbers as the protocol's reply codes and humeops.errors.Exit.
enum {
    EXIT_STORED = 0,
    EXIT_NO_VALUE = 1, // hume get only
    EXIT_USAGE = 64,
    EXIT_UNACCEPTABLE = 65,
    EXIT_SOFTWARE = 70,
    EXIT_NOT_STORED = 75,
    EXIT_REFUSED = 77,
};

#endif
