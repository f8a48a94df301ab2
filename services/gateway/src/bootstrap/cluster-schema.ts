import { isIP } from 'node:net';
import { z } from 'zod';
import { absolutePath, duration, name } from './units.ts';

const dnsLabel = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be a name in Kubernetes');
const percent = z.number().min(0).max(100);
const limit = z.int().min(0).max(1_000_000).default(1_024);

const Thresholds = z.strictObject({
  /** Open at a time; where there are as many, an idle one to another endpoint makes room, or the request is refused. */
  max_connections: z.int().min(1).max(65_535).default(1_024),
  /** Requests whose connection is being established. */
  max_pending_requests: limit,
  max_requests: limit,
  max_retries: limit,
  /** How many of the requests under way may be retries; beside max_retries, where Envoy has it in its place. */
  retry_budget: z
    .strictObject({
      budget_percent: percent.default(20),
      min_retry_concurrency: z.int().min(0).max(10_000).default(3),
    })
    .prefault({}),
});

const LeastRequest = z.strictObject({
  /** Endpoints drawn by chance, of which the one with the fewest requests under way is taken. */
  choice_count: z.int().min(2).max(10).default(2),
  /** An endpoint that is new, or healthy again, gets its share little by little. */
  slow_start_config: z
    .strictObject({
      slow_start_window: duration,
      /** 1 grows evenly; above it the start is quicker. */
      aggression: z.number().min(0.1).max(10).default(1),
      min_weight_percent: percent.default(10),
    })
    .optional(),
});

const OutlierDetection = z
  .strictObject({
    /** Answers of 5xx in a row, or requests without one. */
    consecutive_5xx: z.int().min(1).max(1_000_000).default(5),
    /** Percent of the detections that eject; 0 turns it off. */
    enforcing_consecutive_5xx: percent.default(100),
    /** Likewise of 502, 503, 504 and no answer. */
    consecutive_gateway_failure: z.int().min(1).max(1_000_000).default(5),
    enforcing_consecutive_gateway_failure: percent.default(0),
    /** How often is looked who may come back. */
    interval: duration.default(10_000),
    /** Times the ejections in a row, up to max_ejection_time. */
    base_ejection_time: duration.default(30_000),
    max_ejection_time: duration.default(300_000),
    /** While fewer are out than this, one more may be. */
    max_ejection_percent: percent.default(10),
    /** A passed health check ends an ejection. */
    successful_active_health_check_uneject_host: z.boolean().default(true),
  })
  .refine(({ interval }) => interval >= 10, { path: ['interval'], error: 'must be 10ms or more' });

const HealthCheck = z
  .strictObject({
    /** Not Envoy's: lets one file serve with and without. */
    enabled: z.boolean().default(true),
    interval: duration.default(5_000),
    timeout: duration.default(1_000),
    /** Passes in a row that make it healthy again; the first check of all counts at once. */
    healthy_threshold: z.int().min(1).max(1_000).default(2),
    /** Failures in a row that make it unhealthy; an answer other than 200 counts at once. */
    unhealthy_threshold: z.int().min(1).max(1_000).default(3),
    http_health_check: z.strictObject({
      path: absolutePath,
      /** Where health is told on another port (Envoy: the endpoint's health_check_config.port_value). */
      port_value: z.int().min(1).max(65_535).optional(),
    }),
  })
  .refine(({ interval }) => interval >= 10, { path: ['interval'], error: 'must be 10ms or more' });

export const Cluster = z
  .strictObject({
    name,
    /**
     * `STATIC`: `endpoints` are addresses. `STRICT_DNS`: their names are looked up again and again, and each address is an
     * endpoint. `KUBERNETES`: those of a Service, as the API server tells of them (Envoy's EDS). What the others need may
     * stand there too, so that one file serves with each.
     */
    type: z.enum(['STATIC', 'STRICT_DNS', 'KUBERNETES']).default('STATIC'),
    endpoints: z
      .array(z.url({ protocol: /^http$/, error: 'must be an http:// URL' }))
      .min(1)
      .max(1_000)
      .optional(),
    kubernetes: z
      .strictObject({
        namespace: dnsLabel,
        service: dnsLabel,
        /** As the Service names it. */
        port_name: z.string().max(63).default('http'),
      })
      .optional(),
    /** Names are looked up anew after this. */
    dns_refresh_rate: duration.default(5_000),
    connect_timeout: duration.default(1_000),
    /** Of a kept connection without a request; below the service's own, or we reuse what it is closing. */
    idle_timeout: duration.default(60_000),
    /** Beyond these a request is refused at once: 503, flag UO. */
    circuit_breakers: z.strictObject({ thresholds: Thresholds.prefault({}) }).prefault({}),
    lb_policy: z.literal('LEAST_REQUEST').default('LEAST_REQUEST'),
    least_request_lb_config: LeastRequest.prefault({}),
    common_lb_config: z
      .strictObject({
        /** Where fewer than so many percent are healthy, all are used: those left would not bear it. */
        healthy_panic_threshold: percent.default(50),
        /** Needs cluster_manager.local_cluster_name; with fewer healthy endpoints zones make no difference. */
        zone_aware_lb_config: z.strictObject({ min_cluster_size: z.int().min(1).max(1_000).default(6) }).prefault({}),
      })
      .prefault({}),
    /** Endpoints that fail again and again are left out for a while. Off where it is not there. */
    outlier_detection: OutlierDetection.optional(),
    /** Endpoints are asked whether they are well, and left out where not. */
    health_checks: z.array(HealthCheck).max(1).default([]),
    /** Sends our workload token for this audience with each request. */
    workload_audience: name.optional(),
  })
  .superRefine(({ type, endpoints, kubernetes }, context) => {
    const needed = type === 'KUBERNETES' ? { kubernetes } : { endpoints };
    for (const [key, value] of Object.entries(needed))
      if (!value) context.addIssue({ code: 'custom', path: [key], message: `is needed by type ${type}` });
    if (type !== 'STATIC') return;
    endpoints?.forEach((url, i) => {
      if (URL.canParse(url) && !isIP(hostOf(url)))
        context.addIssue({
          code: 'custom',
          path: ['endpoints', i],
          message: 'must be an IP address: names need type STRICT_DNS',
        });
    });
  });
export type ClusterConfig = z.output<typeof Cluster>;

/** Without the brackets of IPv6. */
export const hostOf = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, '');
