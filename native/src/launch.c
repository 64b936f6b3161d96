// SPDX-License-Identifier: MIT
#include "launch.h"

#include <string.h>

#include "format.h"
#include "surroundings.h"
#include "word.h"

static const char *of_launcher(const char *command) {
    static const struct {
        const char *by, *commands;
    } table[] = {
        {"cron", " cron crond CRON CROND anacron fcron "},
        {"at", " atd "},
        {"ssh", " sshd sshd-session dropbear "},
    };
    for (unsigned i = 0; i < sizeof table / sizeof *table; i++)
        if (word_is_among(command, strlen(command), table[i].commands))
            return table[i].by;
    return NULL;
}

// The last service, scope or slice of a path of control groups, when that is a service. A service may have groups of its
// own below; the manager of a user's services is itself one and starts no script.
static const char *service_in(char *path) {
    const char *service = NULL;
    char *rest;
    for (char *part = strtok_r(path, "/", &rest); part; part = strtok_r(NULL, "/", &rest)) {
        const char *kind = strrchr(part, '.');
        if (kind && strcmp(kind, ".service") == 0)
            service = strncmp(part, "user@", 5) == 0 ? NULL : part;
        else if (kind && word_is_among(kind, strlen(kind), " .scope .slice "))
            service = NULL;
    }
    return service;
}

// Lines are NUMBER:HIERARCHY:PATH. systemd's own hierarchy is the one without a name or, on older systems, that of its name.
static const char *service_among(char *lines) {
    const char *service = NULL;
    char *rest;
    for (char *line = strtok_r(lines, "\n", &rest); line && !service; line = strtok_r(NULL, "\n", &rest)) {
        const char *hierarchy = line + strspn(line, "0123456789");
        char *path = strchr(line, '/');
        if (path && (strncmp(hierarchy, "::/", 3) == 0 || strncmp(hierarchy, ":name=systemd:/", 15) == 0))
            service = service_in(path);
    }
    return service;
}

static const char *read_service(const struct process *process) {
    static char text[4096];
    char path[256];
    format_into(path, sizeof path, "%s/%d/cgroup", proc_folder(), process->pid);
    read_beginning(path, text, sizeof text);
    return service_among(text);
}

// Device numbers as Documentation/admin-guide/devices.txt of the kernel has them.
static void name_terminal(uint32_t device, char name[16]) {
    unsigned major = device >> 8 & 0xFFF, minor = (device & 0xFF) | (device >> 12 & 0xFFF00);
    if (major >= 136 && major <= 143)
        format_into(name, 16, "pts/%u", (major - 136) * 256 + minor);
    else if (major == 4)
        format_into(name, 16, minor < 64 ? "tty%u" : "ttyS%u", minor < 64 ? minor : minor - 64);
}

static const char *hexadecimal(const char *text, size_t limit) {
    size_t length = text ? strspn(text, "0123456789abcdef") : 0;
    return length > 0 && length <= limit && text[length] == 0 ? text : NULL;
}

static void read_client(struct origin *origin) {
    static char client[MAX_CLIENT + 1];
    const char *connection = setting("SSH_CONNECTION");
    size_t length = connection ? strcspn(connection, " ") : 0;
    if (length == 0 || length > MAX_CLIENT)
        return;
    memcpy(client, connection, length);
    origin->client = client;
}

static void read_unit(struct origin *origin, const struct process *script) {
    origin->unit = read_service(script);
    if (!origin->unit)
        return;
    origin->by = "systemd";
    origin->invocation = hexadecimal(setting("INVOCATION_ID"), MAX_INVOCATION);
}

void launch_read(struct origin *origin) {
    const struct chain *chain = &origin->chain;
    if (chain->count == 0)
        return;
    const struct process *script = &chain->at[origin->outermost];
    const char *launcher = chain->launcher < chain->count ? chain->at[chain->launcher].command : "";
    name_terminal(script->terminal, origin->terminal);
    origin->by = of_launcher(launcher);
    if (origin->by) {
        if (strcmp(origin->by, "ssh") == 0)
            read_client(origin);
        return;
    }
    bool is_child_of_systemd = origin->outermost + 1 == chain->launcher && strcmp(launcher, "systemd") == 0;
    if (script->terminal == 0 || is_child_of_systemd)
        read_unit(origin, script);
    if (!origin->by && script->terminal)
        origin->by = "terminal";
}
