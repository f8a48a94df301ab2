import type { Log } from '@outlay/service-kit/log.ts';
import type { ClusterConfig } from '../../bootstrap/cluster-schema.ts';
import { DnsAddresses } from './dns-addresses.ts';
import type { EndpointSource } from './endpoint-source.ts';
import { KubernetesAddresses } from './kubernetes-addresses.ts';
import { connectKubernetes } from './kubernetes-api.ts';
import { StaticAddresses } from './static-addresses.ts';

/** The source of a cluster's endpoints, by its type. */
export function sourceOf(
  { type, endpoints = [], kubernetes, dns_refresh_rate }: ClusterConfig,
  log: Log,
): EndpointSource {
  if (type === 'STATIC') return new StaticAddresses(endpoints);
  if (type === 'STRICT_DNS' || !kubernetes) return new DnsAddresses(endpoints, { refreshMs: dns_refresh_rate, log });
  const { namespace, service, port_name: portName } = kubernetes;
  return new KubernetesAddresses({ namespace, service, portName, log, connect: connectKubernetes });
}
