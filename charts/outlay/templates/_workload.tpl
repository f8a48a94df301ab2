{{- /*
Everything that each of the four services is made of: ServiceAccount, Service, Deployment, PodDisruptionBudget,
HorizontalPodAutoscaler.
  root       $
  name       "auth"
  port       its port; adminPort: its admin port
  callees    services that it calls: a projected token for each
  verifies   whether it verifies callers by TokenReview
  asksKubernetes   whether it asks the API server for anything else
  env        its own environment, YAML
  volumes, mounts   its own, YAML
  checksum   what must restart its pods when it changes
*/ -}}
{{- define "outlay.workload" -}}
{{- $root := .root -}}
{{- $values := mergeOverwrite (deepCopy $root.Values.defaults) (index $root.Values .name) -}}
{{- $fullname := printf "%s-%s" (include "outlay.fullname" $root) .name -}}
{{- $labels := include "outlay.labels" (dict "root" $root "component" .name) -}}
{{- $selector := include "outlay.selectorLabels" (dict "root" $root "component" .name) -}}
{{- $otlp := include "outlay.otlpEndpoint" $root -}}
{{- $reviews := and .verifies $root.Values.workloadIdentity.verifyTokens -}}
{{- $asks := or $reviews .asksKubernetes -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ $fullname }}
  labels:
    {{- $labels | nindent 4 }}
  {{- with $values.serviceAccountAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
---
apiVersion: v1
kind: Service
metadata:
  name: {{ $fullname }}
  labels:
    {{- $labels | nindent 4 }}
  {{- with ($values.service).annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  type: {{ ($values.service).type | default "ClusterIP" }}
  selector:
    {{- $selector | nindent 4 }}
  ports:
    - name: http
      port: {{ ($values.service).port | default .port }}
      targetPort: http
      appProtocol: {{ ($values.tls).existingSecret | empty | ternary "http" "https" }}
      {{- with ($values.service).nodePort }}
      nodePort: {{ . }}
      {{- end }}
    - name: admin
      port: {{ .adminPort }}
      targetPort: admin
      appProtocol: http
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $fullname }}
  labels:
    {{- $labels | nindent 4 }}
spec:
  {{- if not $values.autoscaling.enabled }}
  replicas: {{ $values.replicas }}
  {{- end }}
  revisionHistoryLimit: 3
  strategy:
    rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }
  selector:
    matchLabels:
      {{- $selector | nindent 6 }}
  template:
    metadata:
      labels:
        {{- $labels | nindent 8 }}
        {{- with $values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      annotations:
        kubectl.kubernetes.io/default-container: {{ .name }}
        {{- with .checksum }}
        checksum/config: {{ . }}
        {{- end }}
        {{- if $root.Values.mesh.provider | eq "linkerd" }}
        linkerd.io/inject: enabled
        {{- end }}
        {{- with $values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ $fullname }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      {{- include "outlay.imagePullSecrets" $root | nindent 6 }}
      securityContext:
        {{- include "outlay.podSecurityContext" 65532 | nindent 8 }}
      terminationGracePeriodSeconds: {{ $values.terminationGracePeriodSeconds }}
      {{- with $values.priorityClassName }}
      priorityClassName: {{ . }}
      {{- end }}
      containers:
        - name: {{ .name }}
          image: {{ include "outlay.image" (dict "root" $root "image" .name "override" $values.image) }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          {{- if $root.Values.development.enabled }}
          args: [{{ if ne .name "gateway" }}--import, "@outlay/service-kit/telemetry.ts", {{ end }}services/{{ .name }}/src/main.ts]
          {{- end }}
          securityContext:
            {{- if $root.Values.development.enabled }}
            {{- /* node --watch and the file sync write into the image's folders. */}}
            allowPrivilegeEscalation: false
            capabilities: { drop: [ALL] }
            {{- else }}
            {{- include "outlay.securityContext" . | nindent 12 }}
            {{- end }}
          ports:
            - { name: http, containerPort: {{ .port }} }
            - { name: admin, containerPort: {{ .adminPort }} }
          env:
            - { name: PORT, value: {{ .port | quote }} }
            - { name: ADMIN_PORT, value: {{ .adminPort | quote }} }
            - { name: LOG_LEVEL, value: {{ $values.logLevel }} }
            - { name: LOG_FORMAT, value: json }
            {{- if $root.Values.development.enabled }}
            - { name: DRAIN_MS, value: "0" }
            {{- end }}
            - { name: USER_TOKEN_ISSUER, value: {{ $root.Values.userTokens.issuer | quote }} }
            - { name: USER_TOKEN_AUDIENCE, value: {{ $root.Values.userTokens.audience | quote }} }
            {{- if .callees }}
            - { name: WORKLOAD_TOKEN_DIR, value: /var/run/secrets/outlay/tokens }
            {{- end }}
            {{- if .verifies }}
            - { name: WORKLOAD_VERIFIER, value: {{ ternary "tokenreview" "mesh" $reviews }} }
            - { name: WORKLOAD_NAMESPACE, value: {{ $root.Release.Namespace }} }
            - { name: WORKLOAD_NAME_PREFIX, value: {{ include "outlay.fullname" $root }}- }
            {{- end }}
            {{- if $otlp }}
            - { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ $otlp | quote }} }
            - { name: OTEL_SERVICE_NAME, value: {{ .name }} }
            {{- end }}
            {{- .env | nindent 12 }}
            {{- with $values.extraEnv }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          startupProbe:
            httpGet: { path: /readyz, port: admin }
            periodSeconds: 1
            timeoutSeconds: 3
            failureThreshold: 120
          readinessProbe:
            httpGet: { path: /readyz, port: admin }
            periodSeconds: 3
            timeoutSeconds: 3
            failureThreshold: 2
          {{- if not $root.Values.development.enabled }}
          {{- /* Else it would end a process that stands at a breakpoint. */}}
          livenessProbe:
            httpGet: { path: /healthz, port: admin }
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 3
          {{- end }}
          lifecycle:
            preStop:
              sleep: { seconds: {{ $values.preStopSeconds }} }
          resources:
            {{- toYaml $values.resources | nindent 12 }}
          volumeMounts:
            - { name: tmp, mountPath: /tmp }
            {{- if .callees }}
            - { name: tokens, mountPath: /var/run/secrets/outlay/tokens, readOnly: true }
            {{- end }}
            {{- if $asks }}
            - { name: kubernetes, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true }
            {{- end }}
            {{- with .mounts }}
            {{- . | nindent 12 }}
            {{- end }}
            {{- with $values.extraVolumeMounts }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
      volumes:
        - name: tmp
          emptyDir: { medium: Memory, sizeLimit: 16Mi }
        {{- if .callees }}
        - name: tokens
          projected:
            defaultMode: 0440
            sources:
              {{- range .callees }}
              - serviceAccountToken:
                  audience: {{ . }}
                  expirationSeconds: {{ $root.Values.workloadIdentity.tokenSeconds }}
                  path: {{ . }}
              {{- end }}
        {{- end }}
        {{- if $asks }}
        {{- /* What automounting would mount, for those who ask the API server and nobody else. */}}
        - name: kubernetes
          projected:
            defaultMode: 0440
            sources:
              - serviceAccountToken: { path: token, expirationSeconds: 3600 }
              - configMap:
                  name: kube-root-ca.crt
                  items: [{ key: ca.crt, path: ca.crt }]
              - downwardAPI:
                  items: [{ path: namespace, fieldRef: { fieldPath: metadata.namespace } }]
        {{- end }}
        {{- with .volumes }}
        {{- . | nindent 8 }}
        {{- end }}
        {{- with $values.extraVolumes }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with $values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.affinity }}
      affinity:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      topologySpreadConstraints:
        {{- if $values.topologySpreadConstraints }}
        {{- toYaml $values.topologySpreadConstraints | nindent 8 }}
        {{- else }}
        {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
        - maxSkew: 1
          topologyKey: {{ . }}
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- $selector | nindent 14 }}
        {{- end }}
        {{- end }}
{{- $pods := ternary $values.autoscaling.minReplicas $values.replicas $values.autoscaling.enabled }}
{{- if and $values.podDisruptionBudget.enabled (gt (int $pods) 1) }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ $fullname }}
  labels:
    {{- $labels | nindent 4 }}
spec:
  maxUnavailable: {{ $values.podDisruptionBudget.maxUnavailable }}
  selector:
    matchLabels:
      {{- $selector | nindent 6 }}
{{- end }}
{{- if $values.autoscaling.enabled }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ $fullname }}
  labels:
    {{- $labels | nindent 4 }}
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: {{ $fullname }} }
  minReplicas: {{ $values.autoscaling.minReplicas }}
  maxReplicas: {{ $values.autoscaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: { type: Utilization, averageUtilization: {{ $values.autoscaling.targetCPUUtilizationPercentage }} }
{{- end }}
{{- end }}
