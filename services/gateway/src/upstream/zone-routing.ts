import { networkInterfaces } from 'node:os';
import type { Address, Endpoint } from './endpoint.ts';

/** Where this gateway is among its like. */
export interface Neighbourhood {
  /** Our zone. */
  readonly zone: string;
  /** The part of all gateways that are in a zone, 0 to 1. */
  readonly shares: ReadonlyMap<string, number>;
}

/**
 * @param gateways all of us, as discovery tells of them
 * @param zone ours, where it is configured; empty: that of the gateway that has our address
 * @returns undefined where our zone cannot be known
 */
export function neighbourhoodOf(gateways: readonly Address[], zone: string): Neighbourhood | undefined {
  const ours = zone || gateways.find(({ host }) => ownAddresses().has(host))?.zone;
  if (!ours) return undefined;
  const shares = new Map<string, number>();
  for (const gateway of gateways) shares.set(gateway.zone, (shares.get(gateway.zone) ?? 0) + 1 / gateways.length);
  return { zone: ours, shares };
}

const ownAddresses = (): Set<string> =>
  new Set(Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address)));

/** Zones whose shares differ by less are alike: sums of fractions are not exact. */
const epsilon = 1e-9;

/**
 * How requests divide over zones, as Envoy's zone-aware routing has it: to our own zone as much as it can bear of what the
 * gateways in it send, so that each endpoint gets as much as any other; what is left to zones that can bear more than their own
 * gateways send.
 */
export class ZoneRouting {
  readonly #own: readonly Endpoint[];
  readonly #ownPart: number;
  readonly #others: readonly (readonly Endpoint[])[];
  /** The sum of what each of the others and those before it can bear besides, rising to 1. */
  readonly #bounds: readonly number[];

  private constructor(own: readonly Endpoint[], ownPart: number, others: readonly [readonly Endpoint[], number][]) {
    this.#own = own;
    this.#ownPart = ownPart;
    this.#others = others.map(([endpoints]) => endpoints);
    const total = others.reduce((sum, [, spare]) => sum + spare, 0);
    let sum = 0;
    this.#bounds = others.map(([, spare]) => {
      sum += spare;
      return sum / total;
    });
  }

  /** @returns undefined where zones make no difference: we or the service are in one only, or the service not in ours */
  static of(endpoints: readonly Endpoint[], { zone, shares }: Neighbourhood): ZoneRouting | undefined {
    const byZone = Map.groupBy(endpoints, (endpoint) => endpoint.zone);
    const own = byZone.get(zone);
    const sent = shares.get(zone);
    if (!own || !sent || byZone.size < 2) return undefined;
    const borne = own.length / endpoints.length;
    if (borne >= sent - epsilon) return new ZoneRouting(own, 1, []);
    const others: [readonly Endpoint[], number][] = [];
    for (const [other, there] of byZone) {
      const spare = there.length / endpoints.length - (shares.get(other) ?? 0);
      if (other !== zone && spare > epsilon) others.push([there, spare]);
    }
    return new ZoneRouting(own, borne / sent, others);
  }

  /** @param random from 0 to 1 @returns the endpoints of the zone for one request */
  choose(random: number): readonly Endpoint[] {
    if (random < this.#ownPart || this.#others.length === 0) return this.#own;
    // What is left of the chance is as even as the whole.
    const left = (random - this.#ownPart) / (1 - this.#ownPart);
    for (let i = 0; i < this.#bounds.length; i++)
      if (left < (this.#bounds[i] as number)) return this.#others[i] ?? this.#own;
    return this.#own;
  }
}
