{{- /* (dict "root" $ "user" "auth"): MONGODB_URI, with the password from its Secret and never in the manifest. */ -}}
{{- define "outlay.databaseEnv" -}}
{{- $external := .root.Values.mongodb.external -}}
- { name: MONGODB_WAIT_SECONDS, value: "90" }
{{ if gt (int .root.Values.mongodb.replicas) 0 -}}
- name: MONGODB_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ include "outlay.mongodbSecret" .root }}, key: {{ .user }}-password } }
- name: MONGODB_URI
  value: mongodb://{{ .user }}:$(MONGODB_PASSWORD)@{{ include "outlay.mongodbMembers" .root }}/{{ .user }}?replicaSet=outlay&authSource={{ .user }}
{{- else -}}
- name: MONGODB_URI
  valueFrom: { secretKeyRef: { name: {{ $external.existingSecret | default (printf "%s-mongodb-external" (include "outlay.fullname" .root)) }}, key: uri-{{ .user }} } }
{{- end }}
{{- end }}
