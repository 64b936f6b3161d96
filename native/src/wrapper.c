// SPDX-License-Identifier: MIT
#include "wrapper.h"

#include <string.h>

#include "word.h"

bool wrapper_is(const struct script *script, bool launched) {
    if (!script->program)
        return false;
    if (script->is_shell_code)
        return !launched;
    // Some are scripts themselves. A file of somebody's that is called `find` or `time` is not among those.
    const char *name = script->is_file ? script_base_name(script->path) : script->program;
    const char *list = script->is_file
                           ? " parallel unbuffer catchsegv chronic "
                           : " timeout env nice ionice chrt taskset nohup setsid stdbuf xargs parallel find sudo su"
                             " doas runuser setpriv chroot unshare nsenter flock time strace ltrace chpst softlimit"
                             " systemd-inhibit hume ";
    return word_is_among(name, strlen(name), list);
}
