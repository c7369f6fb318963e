#!/bin/bash
# The tests against servers that others wrote: tools/live.sh FOLDER
#
# Their packages come from PyPI into FOLDER/live, once; without PyPI the tests are skipped, and say so.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
folder=$(readlink -f "$1")
packages=('moto[server,s3]==5.1.4' 'boto3' 'mlflow-skinny' 'scikit-learn' 'skops' 'pandas' 'fastapi' 'uvicorn' 'xgboost==3.2.0' 'lightgbm==4.7.0' 'catboost==1.2.10')
if [[ ! -f $folder/live/.ready ]]; then
  rm -rf "$folder/live"
  python3 -m venv "$folder/live"
  if ! timeout 600 "$folder/live/bin/pip" install -q "${packages[@]}" >"$folder/live/pip.log" 2>&1; then
    echo "live: skipped, since PyPI cannot be reached ($(tail -n 1 "$folder/live/pip.log"))"
    exit 0
  fi
  touch "$folder/live/.ready"
fi
timeout 300 "$folder/live/bin/python" test/live/test_remote_live.py "$folder/foretell"
timeout 3600 "$folder/live/bin/python" test/live/test_import_live.py "$folder/foretell" "$folder/live"
exec timeout 3600 test/reference/onnx_live.sh "$folder"
