{{- define "outlay.name" -}}
{{ default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- /* Short: the longest name made of it is "-database-setup-12345678", and names end at 63 characters. */ -}}
{{- define "outlay.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{ .Values.fullnameOverride | trunc 36 | trimSuffix "-" }}
{{- else if contains (include "outlay.name" .) .Release.Name -}}
{{ .Release.Name | trunc 36 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name (include "outlay.name" .) | trunc 36 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- /* (dict "root" $ "component" "auth") */ -}}
{{- define "outlay.selectorLabels" -}}
app.kubernetes.io/name: {{ include "outlay.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "outlay.labels" -}}
{{ include "outlay.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: outlay
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* (dict "root" $ "image" "auth" "override" .Values.auth.image) */ -}}
{{- define "outlay.image" -}}
{{ .override | default (printf "%s/%s:%s" .root.Values.image.registry .image (.root.Values.image.tag | default .root.Chart.AppVersion)) }}
{{- end }}

{{- define "outlay.imagePullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end }}

{{- /* The restricted Pod Security Standard, for the pod and for each container. */ -}}
{{- define "outlay.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "outlay.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- define "outlay.otlpEndpoint" -}}
{{- if .Values.tracing.endpoint -}}
{{ .Values.tracing.endpoint }}
{{- else if .Values.jaeger.enabled -}}
http://{{ include "outlay.fullname" . }}-jaeger:4318
{{- end }}
{{- end }}

{{- /* A mesh chooses endpoints itself, and needs to see the Service that they are of. */ -}}
{{- define "outlay.discovery" -}}
{{ .Values.gateway.upstream.discovery | default (empty .Values.mesh.provider | ternary "kubernetes" "dns") }}
{{- end }}

{{- define "outlay.mongodbSecret" -}}
{{ .Values.mongodb.existingSecret | default (printf "%s-mongodb" (include "outlay.fullname" .)) }}
{{- end }}

{{- define "outlay.keyEncryptionSecret" -}}
{{ .Values.auth.keyEncryptionKey.existingSecret | default (printf "%s-auth" (include "outlay.fullname" .)) }}
{{- end }}

{{- /* The members as clients reach them: "outlay-mongodb-0.outlay-mongodb.ns.svc:27017,…" */ -}}
{{- define "outlay.mongodbMembers" -}}
{{- $name := printf "%s-mongodb" (include "outlay.fullname" .) -}}
{{- $members := list -}}
{{- range $i := until (int .Values.mongodb.replicas) -}}
{{- $members = append $members (printf "%s-%d.%s.%s.svc:27017" $name $i $name $.Release.Namespace) -}}
{{- end -}}
{{ join "," $members }}
{{- end }}

{{- /* Contradictions that a schema cannot say. */ -}}
{{- define "outlay.validate" -}}
{{- $external := or .Values.mongodb.external.existingSecret (and .Values.mongodb.external.uriAuth .Values.mongodb.external.uriExpense) -}}
{{- if and $external (gt (int .Values.mongodb.replicas) 0) }}{{ fail "mongodb.external is set: set mongodb.replicas to 0 too, or leave external empty" }}{{ end -}}
{{- if and (not $external) (eq (int .Values.mongodb.replicas) 0) }}{{ fail "mongodb.replicas is 0: set mongodb.external.uriAuth and uriExpense, or mongodb.external.existingSecret" }}{{ end -}}
{{- /* Members that vanish take the majority with them, and with it the primary. */ -}}
{{- $members := lookup "apps/v1" "StatefulSet" .Release.Namespace (printf "%s-mongodb" (include "outlay.fullname" .)) -}}
{{- if $members }}{{ if lt (int .Values.mongodb.replicas) (int $members.spec.replicas) }}{{ fail (printf "mongodb.replicas cannot shrink from %d: dump the data and restore it into a new release" (int $members.spec.replicas)) }}{{ end }}{{ end -}}
{{- if and (not .Values.workloadIdentity.verifyTokens) (not .Values.mesh.provider) }}{{ fail "workloadIdentity.verifyTokens is off: then a mesh must prove who calls; set mesh.provider to istio or linkerd" }}{{ end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) }}{{ fail "ingress.enabled needs at least one of ingress.hosts" }}{{ end -}}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}{{ fail "httpRoute.enabled needs at least one of httpRoute.parentRefs" }}{{ end -}}
{{- if and .Values.tracing.endpoint .Values.jaeger.enabled }}{{ fail "tracing.endpoint and jaeger.enabled contradict each other: choose where traces go" }}{{ end -}}
{{- end }}

{{- /* How clients speak to the gateway itself */ -}}
{{- define "outlay.gateway.scheme" -}}
{{- .Values.gateway.tls.existingSecret | empty | ternary "http" "https" }}
{{- end }}
