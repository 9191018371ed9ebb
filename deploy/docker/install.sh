#!/bin/sh
# Production dependencies of one service, without what it never loads, into the current folder.
set -eu

case $1 in
  cli) workspace=cli ;;
  fake-bedrock) workspace=packages/testkit ;;
  *) workspace=services/$1 ;;
esac
# No package needs its install script: what is native comes prebuilt.
npm ci --omit=dev --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error --workspace "$workspace"

case $1 in
  ingestor | retriever | cli)
    # The package carries every platform; this keeps one of them, 46 MB of 294.
    find node_modules/onnxruntime-node/bin/napi-v* -mindepth 2 -maxdepth 2 -type d \
      ! -path "*/linux/$(node -p process.arch)" -exec rm -rf {} + ;;
  # Comes with packages/models, and is loaded by the local embedder alone.
  *) rm -rf node_modules/onnxruntime-node node_modules/onnxruntime-common ;;
esac
# Starts containers for tests; the fake needs none.
rm -rf node_modules/testcontainers
find . -path '*/node_modules/*' -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete
# Only installed packages go into the image from here; workspaces come with their sources.
find . -name node_modules -prune -o -type f -exec rm {} +
find . -mindepth 1 -type d -empty ! -path '*/node_modules/*' -delete
