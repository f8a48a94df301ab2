import { z } from 'zod';
import type { Address } from '../endpoint.ts';
import { addressesMax } from './endpoint-source.ts';

/** What we read of an EndpointSlice (discovery.k8s.io/v1). A list answers null where a watch leaves out. */
export const EndpointSlice = z.object({
  metadata: z.object({ name: z.string(), resourceVersion: z.string() }),
  addressType: z.string(),
  ports: z.array(z.object({ name: z.string().nullish(), port: z.number().nullish() })).nullish(),
  endpoints: z
    .array(
      z.object({
        addresses: z.array(z.string()),
        conditions: z
          .object({
            ready: z.boolean().nullish(),
            serving: z.boolean().nullish(),
            terminating: z.boolean().nullish(),
          })
          .nullish(),
        zone: z.string().nullish(),
      }),
    )
    .nullish(),
});
export type EndpointSlice = z.output<typeof EndpointSlice>;
type SliceEndpoint = NonNullable<EndpointSlice['endpoints']>[number];

/**
 * Where a service takes requests: at what is ready; where nothing is, at what is on its way out but still serves, as
 * kube-proxy has it. Of both IP families, IPv4.
 * @param portName empty for the port without a name
 * @param authority for the Host field, without its port
 */
export function addressesOf(slices: Iterable<EndpointSlice>, portName: string, authority: string): readonly Address[] {
  const all = [...slices];
  const isIPv4 = all.some((slice) => slice.addressType === 'IPv4' && slice.endpoints?.length);
  const ready = new Map<string, Address>();
  const serving = new Map<string, Address>();
  for (const { addressType, ports, endpoints } of all) {
    const port = ports?.find(({ name }) => (name ?? '') === portName)?.port;
    if (!port || addressType !== (isIPv4 ? 'IPv4' : 'IPv6')) continue;
    for (const endpoint of endpoints ?? []) {
      // The others are the same pod's.
      const host = endpoint.addresses[0] as string;
      // While an endpoint moves it may stand in two slices.
      const list = isReady(endpoint) ? ready : isServing(endpoint) ? serving : undefined;
      list?.set(`${host} ${port}`, { host, port, authority: `${authority}:${port}`, zone: endpoint.zone ?? '' });
    }
  }
  return [...(ready.size > 0 ? ready : serving).values()].slice(0, addressesMax);
}

/** Unknown counts as yes, for clients that do not know better. */
const isReady = ({ conditions }: SliceEndpoint): boolean => conditions?.ready ?? true;
const isServing = ({ conditions }: SliceEndpoint): boolean => conditions?.serving ?? false;
