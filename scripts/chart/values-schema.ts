import { z } from 'zod';

/** What charts/outlay takes. `values.schema.json` is drawn from it, so that Helm refuses an unknown or wrong value. */
const quantity = z.union([z.string().regex(/^\d+(\.\d+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/), z.number()]);
/** `helm --set` makes a text of whatever has a decimal point. */
const decimal = z.union([z.number().min(0), z.string().regex(/^\d+(\.\d+)?$/)]);
const percent = z.union([z.number().min(0).max(100), z.string().regex(/^\d{1,2}(\.\d+)?$|^100$/)]);
const limit = z.int().min(0).max(1_000_000);
const duration = z.string().regex(/^\d{1,7}(ms|s|m|h)$/);
const share = z.union([z.number().min(0).max(1), z.string().regex(/^(0(\.\d+)?|1)$/)]);
const map = z.record(z.string(), z.string());
const objects = z.array(z.looseObject({}));
const resources = z
  .strictObject({
    requests: z.strictObject({ cpu: quantity, memory: quantity }).partial(),
    limits: z.strictObject({ cpu: quantity, memory: quantity }).partial(),
  })
  .partial();
const name = z.string().regex(/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$/);
const port = z.int().min(1).max(65_535);
const image = z.strictObject({ repository: z.string().min(1), tag: z.string().min(1) });

const placement = { nodeSelector: map, tolerations: objects, affinity: z.looseObject({}) };
const service = {
  replicas: z.int().min(1).max(100),
  autoscaling: z
    .strictObject({
      enabled: z.boolean(),
      minReplicas: z.int().min(1),
      maxReplicas: z.int().min(1),
      targetCPUUtilizationPercentage: z.int().min(1).max(1_000),
    })
    .partial(),
  podDisruptionBudget: z
    .strictObject({ enabled: z.boolean(), maxUnavailable: z.union([z.int().min(0), z.string().regex(/^\d+%$/)]) })
    .partial(),
  preStopSeconds: z.int().min(0).max(300),
  terminationGracePeriodSeconds: z.int().min(5).max(3_600),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error']),
  extraEnv: objects,
  extraVolumes: objects,
  extraVolumeMounts: objects,
  podLabels: map,
  podAnnotations: map,
  serviceAccountAnnotations: map,
  ...placement,
  topologySpreadConstraints: objects,
  priorityClassName: name,
};
const overrides = z.object({ ...service, image: z.string() }).partial().shape;

const ChartValues = z
  .strictObject({
    /** Helm's own, for charts that include this one. */
    global: z.looseObject({}),
    nameOverride: name,
    fullnameOverride: name,
    commonLabels: map,
    image: z
      .strictObject({
        registry: z.string().min(1),
        tag: z.string(),
        pullPolicy: z.enum(['IfNotPresent', 'Always', 'Never']),
        pullSecrets: z.array(z.string()),
      })
      .partial(),
    defaults: z.strictObject(service).partial(),
    gateway: z
      .strictObject({
        ...overrides,
        resources,
        service: z
          .strictObject({
            type: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer']),
            port,
            nodePort: z.int().min(0).max(32_767),
            annotations: map,
          })
          .partial(),
        trustedHops: z.int().min(0).max(10),
        revocationFeed: z.boolean(),
        rateLimits: z
          .strictObject({
            signInPerMinute: z.int().min(1).max(1_000_000),
            refreshPerMinute: z.int().min(1).max(1_000_000),
            apiBurst: z.int().min(1).max(1_000_000),
          })
          .partial(),
        cors: z.strictObject({ allowedOrigins: z.array(z.string().regex(/^https?:\/\/[^/,]+$/)) }).partial(),
        faultInjection: z
          .strictObject({
            delayPercent: percent,
            delay: z.string().regex(/^\d{1,5}(ms|s)$/),
            abortPercent: percent,
            abortStatus: z.int().min(400).max(599),
          })
          .partial(),
        tls: z.strictObject({ existingSecret: z.string() }).partial(),
        overload: z
          .strictObject({
            eventLoopLagMax: z.string().regex(/^\d{1,5}(ms|s)$/),
            memoryValue: share,
            memoryRelease: share,
          })
          .partial(),
        upstream: z
          .strictObject({
            discovery: z.enum(['', 'kubernetes', 'dns']),
            maxConnections: z.int().min(1).max(65_535),
            maxPendingRequests: limit,
            maxRequests: limit,
            maxRetries: limit,
            retryBudgetPercent: percent,
            slowStartWindow: duration,
            panicThreshold: percent,
            zoneAwareMinEndpoints: z.int().min(1).max(1_000),
            outlierDetection: z
              .strictObject({
                consecutiveGatewayFailure: z.int().min(1).max(1_000_000),
                consecutive5xx: z.int().min(1).max(1_000_000),
                interval: duration,
                baseEjectionTime: duration,
                maxEjectionTime: duration,
                maxEjectionPercent: percent,
              })
              .partial(),
            healthChecks: z
              .strictObject({
                enabled: z.boolean(),
                interval: duration,
                timeout: duration,
                healthyThreshold: z.int().min(1).max(1_000),
                unhealthyThreshold: z.int().min(1).max(1_000),
              })
              .partial(),
          })
          .partial(),
        admin: z.strictObject({ allowFrom: z.string().regex(/^[0-9a-f.:]+\/\d{1,3}$/) }).partial(),
        config: z.string(),
      })
      .partial(),
    auth: z
      .strictObject({
        ...overrides,
        resources,
        tokenAlgorithm: z.enum(['ES256', 'RS256']),
        accessTokenSeconds: z.int().min(30).max(600),
        keyRotationHours: decimal,
        keyPublishAheadSeconds: z.int().min(1).max(86_400),
        keyEncryptionKey: z.strictObject({ existingSecret: name }),
      })
      .partial(),
    expense: z.strictObject({ ...overrides, resources }).partial(),
    analytics: z.strictObject({ ...overrides, resources }).partial(),
    userTokens: z.strictObject({ issuer: z.string().min(1), audience: z.string().min(1) }).partial(),
    workloadIdentity: z
      .strictObject({ tokenSeconds: z.int().min(600).max(86_400), verifyTokens: z.boolean() })
      .partial(),
    mesh: z.strictObject({ provider: z.enum(['', 'istio', 'linkerd']) }),
    mongodb: z
      .strictObject({
        replicas: z.union([z.literal(0), z.literal(1), z.literal(3), z.literal(5)]),
        image,
        cacheSizeGB: decimal,
        resources,
        persistence: z.strictObject({ size: quantity, storageClass: z.string() }).partial(),
        existingSecret: name,
        podLabels: map,
        podAnnotations: map,
        ...placement,
        external: z
          .strictObject({
            uriAuth: z.string().regex(/^(mongodb(\+srv)?:\/\/.*)?$/),
            uriExpense: z.string().regex(/^(mongodb(\+srv)?:\/\/.*)?$/),
            existingSecret: name,
          })
          .partial(),
      })
      .partial(),
    databaseSetup: z.strictObject({ image: z.string(), resources }).partial(),
    tracing: z.strictObject({ endpoint: z.string().regex(/^(https?:\/\/.*)?$/), sampleRatio: decimal }).partial(),
    jaeger: z.strictObject({ enabled: z.boolean(), image, maxTraces: z.int().min(100), resources }).partial(),
    networkPolicy: z
      .strictObject({
        enabled: z.boolean(),
        gatewayFrom: objects,
        metricsFrom: objects,
        apiServerCIDR: z.string().min(1),
        apiServerPorts: z.array(port).min(1),
        extraEgress: objects,
      })
      .partial(),
    ingress: z
      .strictObject({
        enabled: z.boolean(),
        className: z.string(),
        annotations: map,
        hosts: z.array(z.string().min(1)),
        tls: objects,
      })
      .partial(),
    httpRoute: z.strictObject({ enabled: z.boolean(), parentRefs: objects, hostnames: z.array(z.string()) }).partial(),
    monitoring: z
      .strictObject({
        serviceMonitor: z.strictObject({ enabled: z.boolean(), interval: z.string(), labels: map }).partial(),
        prometheusRule: z.strictObject({ enabled: z.boolean(), labels: map }).partial(),
        dashboards: z.strictObject({ enabled: z.boolean(), labels: map }).partial(),
      })
      .partial(),
    development: z.strictObject({ enabled: z.boolean() }),
  })
  .partial();

/** Draft 7, the newest that every Helm 3 reads. */
export const valuesSchema = (): string =>
  `${JSON.stringify({ ...z.toJSONSchema(ChartValues, { target: 'draft-7' }), title: 'Values of the outlay chart' }, null, 2)}\n`;
