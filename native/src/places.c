// SPDX-License-Identifier: MIT
#include "places.h"

#include <string.h>
#include <unistd.h>

#include "format.h"
#include "passwd.h"
#include "surroundings.h"

// Joins the parts, or leaves an empty text when they are too long.
static void join(char *into, size_t room, const char *folder, const char *between, const char *name) {
    int length = format_into(into, room, "%s%s%s", folder, between, name);
    if (length < 0 || (size_t)length >= room)
        into[0] = 0;
}

// This person's folder, as layout.default_dir has it; empty where there is none. Not in /tmp when there is no home: anybody
// could prepare it. Found when it is asked for: without HOME it costs a look into the list of users.
static const char *own_folder(void) {
    static char found[PATH_MAX], home[PATH_MAX];
    static bool is_found;
    const char *folder;
    if (is_found)
        return found;
    is_found = true;
    if ((folder = setting("XDG_STATE_HOME")) != NULL)
        join(found, sizeof found, folder, "/", "hume");
    else if ((folder = setting("HOME")) != NULL)
        join(found, sizeof found, folder, "/", ".local/state/hume");
    else if (passwd_home(getuid(), home, sizeof home), *home)
        join(found, sizeof found, home, "/", ".local/state/hume");
    return found;
}

static void find_socket(struct places *places) {
    const char *endpoint = setting("HUME_ENDPOINT");
    const char *folder;
    char path[PATH_MAX] = "";
    if (endpoint) {
        if (strncmp(endpoint, "ipc://", 6) == 0)
            join(path, sizeof path, endpoint + 6, "", "");
        else
            places->complaint = "HUME_ENDPOINT: only ipc:///path/of/humed.sock is spoken yet";
    } else if ((folder = setting("HUME_DIR")) != NULL) {
        join(path, sizeof path, folder, "/", "humed.sock");
    } else if (access(system_run_folder(), F_OK) == 0) {
        join(path, sizeof path, system_run_folder(), "/", "humed.sock");
    } else if (*own_folder()) {
        join(path, sizeof path, own_folder(), "/", "humed.sock");
    }
    // A path the kernel can't take is a socket that can't be there.
    join(places->socket, sizeof places->socket, path, "", "");
}

static void find_beside_socket(const struct places *places, char *into, size_t room, const char *name) {
    char folder[SOCKET_PATH_ROOM];
    memcpy(folder, places->socket, sizeof folder);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[1] = 0;
    else
        folder[0] = 0;
    join(into, room, folder, "", name);
}

static void find_drop(struct places *places) {
    const char *folder;
    places->drop_may_be_made = true;
    if ((folder = setting("HUME_SPOOL")) != NULL) {
        join(places->drop, sizeof places->drop, folder, "", "");
    } else if ((folder = setting("HUME_DIR")) != NULL) {
        join(places->drop, sizeof places->drop, folder, "/", "drop");
    } else if (access(system_drop_folder(), F_OK) == 0) {
        join(places->drop, sizeof places->drop, system_drop_folder(), "", "");
        places->drop_may_be_made = false;
    } else if (*own_folder()) {
        join(places->drop, sizeof places->drop, own_folder(), "/", "drop");
    } else {
        places->drop[0] = 0;
    }
}

void places_find(struct places *places) {
    places->complaint = NULL;
    find_socket(places);
    find_beside_socket(places, places->pid_file, sizeof places->pid_file, "humed.pid");
    places->push[0] = 0;
    if (places->socket[0])
        find_beside_socket(places, places->push, sizeof places->push, "humed.push");
    find_drop(places);
}

void places_find_lock_folder(char *into, size_t room) {
    const char *folder = setting("HUME_DIR");
    if (folder)
        join(into, room, folder, "/", "lock");
    else if (geteuid() == 0)
        join(into, room, "/run", "/", "hume-lock");
    else
        join(into, room, own_folder(), *own_folder() ? "/" : "", *own_folder() ? "lock" : "");
}
