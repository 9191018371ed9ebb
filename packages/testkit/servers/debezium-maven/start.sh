#!/usr/bin/env bash
# Starts one Kafka Connect worker (standalone) with one Debezium connector and returns once its REST API answers.
# The first start resolves the jars with Maven; later starts need no network.
#
#   CONNECT_HOST           address of the REST API                    (127.0.0.1)
#   CONNECT_PORT           port of the REST API                       (8083)
#   CONNECT_BROKERS        bootstrap address of Kafka                 (127.0.0.1:9092)
#   CONNECT_CONNECTOR      file of the connector's configuration      (needed)
#   CONNECT_DATA_DIR       offsets, configuration, log and pid file   (./data)
#   CONNECT_HEAP           Java heap, at most                         (256m)
#   CONNECT_EXTRA_PROPS    further worker properties, separated by newlines
#   CONNECT_START_TIMEOUT  seconds to wait for the REST API           (90)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

host=${CONNECT_HOST:-127.0.0.1}
port=${CONNECT_PORT:-8083}
brokers=${CONNECT_BROKERS:-127.0.0.1:9092}
connector=${CONNECT_CONNECTOR:?names the file of the connector}
data=${CONNECT_DATA_DIR:-$here/data}
heap=${CONNECT_HEAP:-256m}
timeout=${CONNECT_START_TIMEOUT:-90}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java

mkdir -p "$data"
data=$(cd "$data" && pwd)
pid_file=$data/connect.pid
log_file=$data/connect.log

if [ -f "$pid_file" ] && kill -0 "$(cat "$pid_file")" 2>/dev/null; then
  echo "Kafka Connect already runs as process $(cat "$pid_file")"
  exit 0
fi

# A changed pom.xml means other jars: collect them afresh.
if [ ! -f "$here/lib/.complete" ] || [ "$here/pom.xml" -nt "$here/lib/.complete" ]; then
  rm -rf "$here/lib"
  mvn --batch-mode --quiet --file "$here/pom.xml" package > "$data/maven.log" 2>&1 \
    || { tail -n 20 "$data/maven.log" >&2; exit 1; }
  touch "$here/lib/.complete"
fi

# The offsets are flushed often, so that a worker that was killed repeats little.
cat > "$data/worker.properties" <<PROPS
bootstrap.servers=$brokers
listeners=http://$host:$port
offset.storage.file.filename=$data/offsets
offset.flush.interval.ms=1000
plugin.discovery=only_scan
key.converter=org.apache.kafka.connect.json.JsonConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
${CONNECT_EXTRA_PROPS:-}
PROPS

nohup "$java" -Xmx"$heap" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dlog4j2.configurationFile="$here/log4j2.properties" \
  -cp "$here/lib/*" org.apache.kafka.connect.cli.ConnectStandalone "$data/worker.properties" "$connector" \
  > "$log_file" 2>&1 < /dev/null &
echo $! > "$pid_file"

for _ in $(seq "$((timeout * 5))"); do
  if ! kill -0 "$(cat "$pid_file")" 2>/dev/null; then
    echo "Kafka Connect ended during its start:" >&2
    tail -n 20 "$log_file" >&2
    rm -f "$pid_file"
    exit 1
  fi
  if (exec 3<>"/dev/tcp/$host/$port") 2>/dev/null; then
    echo "Kafka Connect answers on $host:$port, process $(cat "$pid_file"), log $log_file"
    exit 0
  fi
  sleep 0.2
done
echo "Kafka Connect did not answer within ${timeout}s:" >&2
tail -n 20 "$log_file" >&2
exit 1
