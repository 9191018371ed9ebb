{{- define "freshet.fullname" -}}
{{- .Values.fullnameOverride | default .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* What every object carries: dict "root" $ "component" name */}}
{{- define "freshet.labels" -}}
{{ include "freshet.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{- define "freshet.selector" -}}
app.kubernetes.io/name: freshet
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "freshet.image" -}}
{{ printf "%s/%s:%s" .root.Values.image.repository .image (.root.Values.image.tag | default .root.Chart.AppVersion) | quote }}
{{- end -}}

{{/* The Secret that pods read: one that is there, or the one that the chart or External Secrets makes. */}}
{{- define "freshet.secretName" -}}
{{- .Values.secrets.existingSecret | default (include "freshet.fullname" .) -}}
{{- end -}}

{{/* The settings of a component over the defaults, as JSON: dict "root" $ "name" name */}}
{{- define "freshet.component" -}}
{{- mergeOverwrite (deepCopy .root.Values.defaults) (deepCopy (index .root.Values.components .name)) | toJson -}}
{{- end -}}

{{/* Whether the release brings an engine along that topics or index are made on: they can then not be made before it. */}}
{{- define "freshet.hasEngines" -}}
{{- if or .Values.engines.kafka.enabled .Values.engines.opensearch.enabled }}true{{ end -}}
{{- end -}}

{{/* Where the release's own Kafka listens, and how it calls itself: KEDA asks from another namespace. */}}
{{- define "freshet.kafkaBroker" -}}
{{ printf "%s-kafka.%s.svc:9092" (include "freshet.fullname" .) .Release.Namespace }}
{{- end -}}

{{/* Variables that follow from the release itself. */}}
{{- define "freshet.derivedConfig" -}}
{{- $name := include "freshet.fullname" . -}}
{{- $derived := dict
  "RETRIEVER_URL" (printf "http://%s-retriever:%v" $name .Values.components.retriever.port)
  "GENERATOR_URL" (printf "http://%s-generator:%v" $name .Values.components.generator.port) -}}
{{- if .Values.engines.kafka.enabled }}{{ $_ := set $derived "KAFKA_BROKERS" (include "freshet.kafkaBroker" .) }}{{ end -}}
{{- if .Values.engines.opensearch.enabled }}{{ $_ := set $derived "OPENSEARCH_NODES" (printf "http://%s-opensearch:9200" $name) }}{{ end -}}
{{- if .Values.engines.valkey.enabled }}{{ $_ := set $derived "VALKEY_URL" (printf "redis://%s-valkey:6379" $name) }}{{ end -}}
{{- if .Values.engines.fakeBedrock.enabled -}}
{{- $_ := mergeOverwrite $derived (dict
  "BEDROCK_ENDPOINT" (printf "http://%s-fake-bedrock:8090" $name)
  "AWS_REGION" "us-east-1" "AWS_ACCESS_KEY_ID" "fake" "AWS_SECRET_ACCESS_KEY" "fake") -}}
{{- if not .Values.modelRoutes -}}
{{- $_ := mergeOverwrite $derived (dict "GENERATION_PROVIDER" "bedrock" "GENERATION_MODEL" "anthropic.claude-haiku-4-5-20251001-v1:0") -}}
{{- end -}}
{{- end -}}
{{- toJson $derived -}}
{{- end -}}

{{/* env of a container: dict "root" $ "variables" map "config" map "secretKeys" list. Written out, so that a change rolls the pods. */}}
{{- define "freshet.env" -}}
{{- $config := mergeOverwrite (include "freshet.derivedConfig" .root | fromJson) (deepCopy (.variables | default dict)) (deepCopy .root.Values.config) (deepCopy (.config | default dict)) -}}
{{- range $name, $value := $config }}
- name: {{ $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- range .secretKeys }}
{{- if not (hasKey $config .) }}
- name: {{ . }}
  valueFrom:
    secretKeyRef:
      name: {{ include "freshet.secretName" $.root }}
      key: {{ . }}
      optional: {{ ne . "INTERNAL_TOKEN_SECRET" }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Pod Security Standard "restricted". */}}
{{- define "freshet.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "freshet.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{- define "freshet.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end -}}
