#!/bin/bash
# A trainer that keeps the job it is given, to be run again alone or in a debugger (CONTRIBUTING.md):
#   FORETELL_TRAINER=$PWD/tools/record_trainer.sh build/foretell -c "CREATE MODEL …"
#   build/foretell-trainer <build/job.frames >build/job.out
#
# The file holds the rows of the query in the clear.
set -euo pipefail
PATH=${PATH:-/usr/bin:/bin}
build=$(dirname "$(readlink -f "$0")")/../build
umask 077
tee "$build/job.frames" | "$build/foretell-trainer" "$@"
