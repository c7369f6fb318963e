#!/usr/bin/env bash
# Fresh models of 100 trees and nets against ONNX Runtime on 100,000 rows each:
#   test/reference/onnx_live.sh BUILD-FOLDER [CASE …]
# Needs PyPI for the libraries; 77 where it is not at hand.
set -euo pipefail
build=$1
shift
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --requirement "$here/onnx_requirements.txt" || exit 77
"$work/venv/bin/python" "$here/onnx_models.py" "$work/models" 100000 "$@"
"$build/test/unit/test_onnx" "$work/models"
