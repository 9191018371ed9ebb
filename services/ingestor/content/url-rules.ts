import { isIP } from 'node:net';
import { FreshetError } from '@freshet/shared/errors';
import { isAllowedAddress } from './address-rules.ts';
import { nameOf } from './content-reader.ts';

export interface UrlRules {
  /** Host names, `*.example.com` for all below one, with a port where it is not that of the scheme. */
  hosts: readonly string[];
  /** Whether addresses of an intranet may be connected to. */
  allowPrivate: boolean;
}

/**
 * Checks a URL before anything is connected to. The addresses behind a name are checked when it is resolved.
 * @throws {FreshetError} `FRESHET_CONTENT_URL_REFUSED`
 */
export function checkUrl(url: URL, { hosts, allowPrivate }: UrlRules): void {
  const refuse = (why: string) => {
    throw new FreshetError('FRESHET_CONTENT_URL_REFUSED', { detail: `${nameOf(url)} ${why}.` });
  };
  if (url.protocol !== 'https:' && url.protocol !== 'http:') refuse('is not https or http');
  if (url.username !== '' || url.password !== '') refuse('holds credentials');
  if (!hosts.some((pattern) => matchesHost(pattern, url.host))) {
    refuse('is of a host that CONTENT_URL_HOSTS does not name');
  }
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0 && !isAllowedAddress(literal, { allowPrivate })) {
    refuse('has an address that is not fetched from');
  }
}

/** Whether a host, with its port unless that is the scheme's own, is one that a pattern names. */
export function matchesHost(pattern: string, host: string): boolean {
  const wanted = pattern.toLowerCase();
  if (!wanted.startsWith('*.')) return host === wanted;
  const suffix = wanted.slice(1);
  return host.length > suffix.length && host.endsWith(suffix);
}
