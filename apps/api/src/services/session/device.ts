import { timingSafeEqual } from 'node:crypto';
import type { RequestContext } from '../context.ts';

/**
 * A device from which somebody signed in to an account before. It opens nothing: all it changes is with whom its
 * failures are counted, so that strangers who guess do not lock the owner out (OWASP, device cookies).
 */
export interface KnownDevice {
  /** One for each sign-in. */
  id: string;
  /** Of the account, when it signed in: the device is forgotten with what ends the account's links (G9). */
  linkEpoch: number;
}

export const DEVICE_SECONDS = 365 * 24 * 3_600;
const ID_BYTES = 16;
const FORM = /^(?<epoch>\d{1,15})\.(?<at>\d{9,11})\.(?<id>[\w-]{22})\.(?<seal>[\w-]{43})$/;

/** What the cookie holds: nothing that tells of the account without the service's secret. */
export const deviceCookie = (ctx: RequestContext, emailKey: string, linkEpoch: number, at: Date): string => {
  const seconds = Math.floor(at.getTime() / 1_000);
  const told = `${linkEpoch}.${seconds}.${ctx.deps.random.bytes(ID_BYTES).toString('base64url')}`;
  return `${told}.${sealOf(ctx, emailKey, told)}`;
};

/** The device that the request shows, if its cookie was made for this address; whether it is forgotten the account says. */
export const deviceShown = (ctx: RequestContext, emailKey: string): KnownDevice | null => {
  const shown = ctx.deviceCookie ?? null;
  const { epoch, at, id, seal } = (shown === null ? null : FORM.exec(shown))?.groups ?? {};
  if (epoch === undefined || at === undefined || id === undefined || seal === undefined) return null;
  const made = sealOf(ctx, emailKey, `${epoch}.${at}.${id}`);
  if (!timingSafeEqual(Buffer.from(made), Buffer.from(seal))) return null;
  const ageMs = ctx.deps.authority.databaseNow().getTime() - Number(at) * 1_000;
  return ageMs > DEVICE_SECONDS * 1_000 ? null : { id, linkEpoch: Number(epoch) };
};

/** Whether what ends the account's links has happened since, or the account is gone. */
export const isStillKnown = (device: KnownDevice, account: { linkEpoch: number } | null): boolean =>
  account?.linkEpoch === device.linkEpoch;

const sealOf = ({ deps }: RequestContext, emailKey: string, told: string): string =>
  deps.keyed.hmac('device', `${emailKey}|${told}`).toString('base64url');
