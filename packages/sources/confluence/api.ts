import { FreshetError } from '@freshet/shared/errors';

/** A page that is published, as far as a document needs it. */
export interface ConfluencePage {
  id: string;
  title: string;
  spaceKey: string;
  /** Counts up with each edit of text or title. */
  revision: number;
  author: string | undefined;
  changedAt: string | undefined;
  uri: string | undefined;
  /** The body in storage format. */
  storage: string;
  labels: string[];
  /** Ids of the content above the page. */
  ancestors: string[];
}

/** One user of a read restriction; what Confluence tells of a user depends on edition and privacy settings. */
export interface RestrictedUser {
  /** The account id in the cloud, the user name in Data Center. */
  id: string | undefined;
  email: string | undefined;
}

/** Who may view one piece of content, as far as it is restricted itself. */
export interface ReadRestriction {
  users: RestrictedUser[];
  groups: string[];
}

/** One page of a list; without `next` it was the last. */
export interface IdPage {
  ids: string[];
  next?: string;
}

/** What is read of Confluence; its editions differ in paths and fields alone. */
export interface ConfluenceApi {
  /** `undefined` for a page that is not there, not published, or closed to the account of the connector. */
  page(id: string, signal: AbortSignal): Promise<ConfluencePage | undefined>;
  /** Users and groups are both empty for content without a restriction; `undefined` for content that is not there. */
  readRestriction(id: string, signal: AbortSignal): Promise<ReadRestriction | undefined>;
  /** Pages below a page, at any depth. */
  descendants(id: string, cursor: string | undefined, signal: AbortSignal): Promise<IdPage>;
  /** All published pages, of the configured spaces. */
  pages(cursor: string | undefined, signal: AbortSignal): Promise<IdPage>;
}

export interface Links {
  base?: string;
  webui?: string;
  next?: string;
}

/** Where a reader opens a page. */
export function toUri({ base, webui }: Links = {}): string | undefined {
  return base === undefined || webui === undefined ? undefined : base + webui;
}

/** A query parameter of the link to the next page. The link itself is not followed: it could lead anywhere. */
export function nextParameter({ next }: Links = {}, name: string): string | undefined {
  return next === undefined
    ? undefined
    : (new URL(next, 'http://next.invalid').searchParams.get(name) ?? undefined);
}

/** The account of the connector lacks a right, or the configuration names what is not there. */
export function unseen(what: string): FreshetError {
  return new FreshetError('FRESHET_SOURCE_REFUSED', {
    detail: `Confluence does not show ${what} to the account of the connector.`,
  });
}
