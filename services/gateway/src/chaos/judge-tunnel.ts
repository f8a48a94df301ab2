import { patienceMs } from './chaos-client.ts';
import { judge, type Unanswered } from './judge.ts';
import { markField } from './service-plan.ts';
import type { TunnelReport } from './tunnel-client.ts';
import type { TunnelPlan } from './tunnel-plan.ts';
import type { TunnelService } from './tunnel-service.ts';

/** @returns what the gateway did wrong: bytes that were not said, in either direction, or an end that did not reach the other side */
export async function judgeTunnel(plan: TunnelPlan, report: TunnelReport): Promise<string[]> {
  const wrongs = judge([plan], report);
  const service = serviceOf(plan, report);
  const { heard, said } = report;
  if (!heard) return wrongs;
  if (!service) return [...wrongs, `${plan.id}: a tunnel to which no service agreed`];
  const all = Buffer.concat([plan.greeting, plan.bytes]);
  if (!heard.equals(all.subarray(0, heard.length))) wrongs.push(`${plan.id}: the client heard foreign bytes`);
  if (service.fault) wrongs.push(`${plan.id}: ${service.fault}`);
  if (heard.length > service.said || service.heard > said) wrongs.push(`${plan.id}: more was heard than said`);
  if (!(await isClosed(service))) wrongs.push(`${plan.id}: the client has gone, and its service is not told`);
  return wrongs;
}

/** Where both end it in good order, each is due all that the other has said. To be asked once it is closed. */
export function judgeCalmTunnel(plan: TunnelPlan, report: TunnelReport): Unanswered[] {
  const service = serviceOf(plan, report);
  const { heard, said, outcomes } = report;
  const isWhole =
    heard?.length === service?.said && said === plan.bytes.length && service?.heard === said && service.hasHeardEnd;
  if (!plan.isCalm || (isWhole && outcomes[0]?.kind === 'whole')) return [];
  const status = outcomes[0]?.answer?.status;
  const wrong =
    `${plan.id}: all were well, yet it is ${outcomes[0]?.kind} (${status}): of ${service?.said} bytes down ` +
    `${heard?.length} arrived, of ${plan.bytes.length} up ${service?.heard}`;
  return [{ id: plan.id, status, wrong }];
}

const serviceOf = ({ services }: TunnelPlan, { outcomes }: TunnelReport): TunnelService | undefined =>
  services.get(outcomes[0]?.answer?.headers.get(markField) ?? '');

async function isClosed({ closed }: TunnelService): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), patienceMs);
  });
  const isInTime = await Promise.race([closed.then(() => true), late]);
  clearTimeout(timer);
  return isInTime;
}
