# Starts a local stack for a script, which sources this file.
#
# `root` is the repository, `target` is cargo's folder, and `folder` is a new folder in which the stack keeps its state and its
# output. When the script ends, the folder is deleted and the processes in `background` are ended.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
folder=$(mktemp -d)
stack=
background=()
trap 'for process in $stack "${background[@]}"; do kill -- "$process" 2>/dev/null || true; done; rm -rf "$folder"' EXIT

# Ends the script with a message and the ends of the logs.
fail() {
    echo "${name:-$(basename "$0")}: $1" >&2
    tail -n 50 "$folder"/*.log >&2
    exit 1
}

# Starts the stack with further arguments, and returns when it answers. `stack` is its process then, and `url` its address.
start_stack() {
    (cd "$root" && cargo build --locked --quiet --package posthorn-local)
    (cd "$folder" && exec "$target/debug/posthorn-local" --port 0 "$@" >stack.log 2>&1) &
    stack=$!
    for _ in $(seq 2400); do
        url=$(sed -n 's/^Posthorn runs at //p' "$folder/stack.log")
        if [ -n "$url" ] && curl -sf --output /dev/null "$url/health"; then return; fi
        kill -0 "$stack" 2>/dev/null || fail "the stack ended by itself"
        sleep 0.05
    done
    fail "the stack did not start within two minutes"
}

# Ends the stack by a signal. Only after KILL its exit status does not matter.
stop_stack() {
    kill "-$1" "$stack"
    wait "$stack" || [ "$1" = KILL ] || fail "the stack ended with an error"
    stack=
}

# Exports the variables of the demo project: POSTHORN_SECRET_KEY, POSTHORN_PUBLIC_KEY and POSTHORN_PROJECT_ID.
load_demo_keys() {
    set -a
    . "$folder/.posthorn/demo.env"
    set +a
}

# The number of mails in the local inbox.
count_mails() { find "$folder/.posthorn/mail" -name '*.eml' | wc -l; }

# Fails if the stack has ended, or if it answered any request with a 5xx.
check_stack() {
    kill -0 "$stack" || fail "the stack ended by itself"
    ! grep -E "^[A-Z]+ [^ ]+ 5[0-9][0-9]" "$folder/stack.log" || fail "the stack answered with a 5xx"
}
