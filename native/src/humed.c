// SPDX-License-Identifier: MIT
// Design: the socket is tried first, for when humed is there its pid file need not be looked at. Only when nothing came
// within the quick try is it asked whether more patience is worth it (docs/protocol.md, "Is anybody there").
#include "humed.h"

#include "fault.h"
#include "number.h"
#include "presence.h"
#include "surroundings.h"

enum {
    DEADLINE_MS = 200,
    QUICK_TRY_MS = 20, // when nobody is likely there
    MAX_DEADLINE_MS = 60000,
};

static uint64_t deadline_setting(void) {
    uint64_t milliseconds;
    const char *text = setting("HUME_DEADLINE");
    if (!text)
        return DEADLINE_MS;
    if (number_read(text, 1, MAX_DEADLINE_MS, &milliseconds))
        return milliseconds;
    complain("HUME_DEADLINE '%.60s': milliseconds, 1 to %d; %d it is", text, MAX_DEADLINE_MS, DEADLINE_MS);
    return DEADLINE_MS;
}

uint64_t humed_patience(uint64_t deadline_ms) {
    return deadline_ms ? deadline_ms : deadline_setting();
}

struct deadline humed_deadline(const struct places *places, uint64_t patience_ms) {
    return deadline_in_ms(QUICK_TRY_MS, patience_ms, presence_is_likely, places->pid_file);
}

bool humed_ask(const struct places *places, const char *message, size_t length, uint64_t deadline_ms,
               struct frame *answer, const char **why) {
    *why = "there is no socket";
    if (!places->socket[0])
        return false;
    struct deadline deadline = humed_deadline(places, humed_patience(deadline_ms));
    return zmtp_ask(places->socket, message, length, deadline, answer, why);
}

bool humed_push(const struct places *places, const char *message, size_t length, uint64_t deadline_ms, const char **why) {
    *why = "there is no socket";
    if (!places->push[0])
        return false;
    return zmtp_push(places->push, message, length, humed_deadline(places, humed_patience(deadline_ms)), why);
}
