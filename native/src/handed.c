// SPDX-License-Identifier: MIT
#include "handed.h"

#include <string.h>

#include "id.h"
#include "number.h"
#include "surroundings.h"

// A run id that is none is worth an event marked so, rather than no event: humed may find the run by its process.
static const char *run_id(const char *text, struct event *event, enum cut mark) {
    if (id_is_valid(text))
        return text;
    event->cut |= mark;
    complain("'%.60s' is no id of a run; the run is looked for by its process instead", text);
    return NULL;
}

// Named on the call, it is the run that is spoken of. Handed down, or given to a start, it is the one around.
static void read_run(const struct asked *asked, struct event *event) {
    const char *named = asked->run && *asked->run ? asked->run : NULL;
    const char *around = named ? named : setting("HUME_RUN");
    if (named && asked->verb->action != START && asked->verb->action != RUN)
        event->run = run_id(named, event, CUT_RUN);
    else if (around)
        event->within = run_id(around, event, CUT_WITHIN);
}

// Version, trace, parent, flags in hexadecimal, with dashes; what is not one is not ours to complain about.
static const char *trace(void) {
    const char *trace = setting("TRACEPARENT");
    bool is_one = trace && strlen(trace) <= MAX_TRACEPARENT && trace[strspn(trace, "0123456789abcdef-")] == 0;
    return is_one ? trace : NULL;
}

void handed_read(const struct asked *asked, struct event *event) {
    uint64_t line;
    read_run(asked, event);
    if (setting("LINENO") && number_read(setting("LINENO"), 1, 0x7FFFFFFF, &line))
        event->origin.line = (unsigned)line;
    event->origin.file = setting("HUME_FILE");
    event->origin.function = setting("HUME_FUNCTION");
    if (asked->verb->action == STOP)
        event->origin.command = setting("HUME_COMMAND");
    event->origin.traceparent = trace();
}
