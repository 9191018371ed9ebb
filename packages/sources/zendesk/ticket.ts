import type { Acl, Attributes, Principal } from '@freshet/shared/contracts';
import { type ChangeIdentity, deletion, flags, upsert } from '../change.ts';
import type { SourceChange } from '../index.ts';
import { toPrincipal } from '../principals.ts';
import type { Comment, Ticket } from './api.ts';
import { closedHtml, escapeHtml } from './html.ts';

export interface TicketSettings {
  /** Who may see the public side of every ticket. */
  allow: readonly Principal[];
  /** Who may see internal notes; without it notes are left out. */
  agents?: readonly Principal[] | undefined;
  /** Lets the requester of a ticket see its public side, as `user:zendesk-{id}`. */
  requester: boolean;
  /** Lets the organization of a ticket see its public side, as `group:zendesk-organization-{id}`. */
  organization: boolean;
  /** Brands whose tickets are read; all by default. */
  brands?: readonly number[] | undefined;
  /** Where agents open tickets, such as `https://example.zendesk.com`. */
  baseUrl: string;
}

export interface TicketState {
  ticket: Ticket | undefined;
  comments: readonly Comment[] | undefined;
  settings: TicketSettings | undefined;
}

const MOST_TAGS = 40;

/**
 * A ticket as two documents: `tickets/{id}` with its public comments, and `tickets/{id}/private` with its internal
 * notes. Both are always decided, so that a note which is gone, or a ticket which was deleted, leaves nothing behind.
 */
export function ticketChanges(
  identity: Omit<ChangeIdentity, 'documentId'>,
  id: string,
  { ticket, comments, settings }: TicketState,
): SourceChange[] {
  const shown = { ...identity, documentId: `tickets/${id}` };
  const internal = { ...identity, documentId: `tickets/${id}/private` };
  const isOfBrand =
    settings?.brands === undefined ||
    (typeof ticket?.brand_id === 'number' && settings.brands.includes(ticket.brand_id));
  if (!ticket || !comments || !settings || ticket.status === 'deleted' || !isOfBrand) {
    return [deletion(shown, ticket?.updated_at), deletion(internal, ticket?.updated_at)];
  }
  // What is not said to be public is taken for internal.
  const isPublic = (comment: Comment) => comment.public === true;
  const publicAcl = { allow: publicReaders(ticket, settings) };
  const notes = settings.agents === undefined ? [] : comments.filter((comment) => !isPublic(comment));
  return [
    side(shown, ticket, comments.filter(isPublic), publicAcl, settings),
    side(internal, ticket, notes, { allow: [...(settings.agents ?? [])] }, settings),
  ];
}

function publicReaders(ticket: Ticket, settings: TicketSettings): Principal[] {
  const { requester_id, organization_id } = ticket;
  const own = [
    settings.requester && requester_id != null ? toPrincipal('user', `zendesk-${requester_id}`) : undefined,
    settings.organization && organization_id != null
      ? toPrincipal('group', `zendesk-organization-${organization_id}`)
      : undefined,
  ];
  return [...new Set([...settings.allow, ...own.filter((principal) => principal !== undefined)])];
}

function side(
  identity: ChangeIdentity,
  ticket: Ticket,
  comments: readonly Comment[],
  acl: Acl,
  { baseUrl }: TicketSettings,
): SourceChange {
  const parts = comments.flatMap((comment) => {
    const body = closedHtml(comment.html_body ?? '');
    return body === '' ? [] : [`<h2>${escapeHtml(heading(ticket, comment))}</h2>\n${body}`];
  });
  if (parts.length === 0) return deletion(identity, ticket.updated_at);
  const { status, priority, type, tags = [], brand_id } = ticket;
  const attributes: Attributes = {
    status,
    ...(priority ? { priority } : {}),
    ...(type ? { type } : {}),
    ...(brand_id == null ? {} : { brand: String(brand_id) }),
    ...flags('tag', tags, MOST_TAGS),
  };
  return upsert(identity, {
    title: ticket.subject ?? '',
    uri: new URL(`/agent/tickets/${ticket.id}`, baseUrl).href,
    // In an element of its own: what a mail marks as its main part must not stand for the whole.
    content: `<main>\n${parts.join('\n')}\n</main>`,
    acl,
    attributes,
    changedAt: ticket.updated_at,
  });
}

/** Names are left out: they are personal data, and another request for each. */
function heading({ requester_id }: Ticket, { author_id, created_at }: Comment): string {
  const author = author_id !== undefined && author_id === requester_id ? 'Requester' : 'Reply';
  return created_at === undefined ? author : `${author}, ${created_at.slice(0, 10)}`;
}
