# SPDX-License-Identifier: MIT
# As guard.bash.
case ${ZSH_VERSION-} in
  '') echo 'hume: shell-init zsh: this shell is no zsh; take hume shell-init sh' >&2 ;;
  *)
    { __hume_options=$-; set +x; } 2>/dev/null
    eval \
