import type { Log } from '@outlay/service-kit/log.ts';
import type { ClusterConfig } from '../../bootstrap/cluster-schema.ts';
import { DnsAddresses } from './dns-addresses.ts';
import type { EndpointSource } from './endpoint-source.ts';
import { StaticAddresses } from './static-addresses.ts';

/** The source of a cluster's endpoints, by its type. */
export function sourceOf({ type, endpoints, dns_refresh_rate }: ClusterConfig, log: Log): EndpointSource {
  switch (type) {
    case 'STATIC':
      return new StaticAddresses(endpoints);
    case 'STRICT_DNS':
      return new DnsAddresses(endpoints, { refreshMs: dns_refresh_rate, log });
  }
}
