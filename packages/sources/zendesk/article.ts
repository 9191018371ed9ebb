import type { Acl, Attributes } from '@freshet/shared/contracts';
import { type ChangeIdentity, deletion, flags, upsert } from '../change.ts';
import type { SourceChange } from '../index.ts';
import type { Article } from './api.ts';
import { closedHtml } from './html.ts';

export interface ArticleSettings {
  /** Of articles that everybody may see. */
  acl: Acl;
  /** Of articles that a user segment may see, by the id of the segment. */
  userSegments: Readonly<Record<string, Acl>>;
}

const MOST_LABELS = 40;

/** An article in its own locale, as the document `articles/{id}`; a draft is not published, and so a deletion. */
export function articleChange(
  identity: ChangeIdentity,
  article: Article | undefined,
  settings: ArticleSettings | undefined,
): SourceChange {
  if (!article || !settings || article.draft !== false) return deletion(identity, article?.updated_at);
  const content = closedHtml(article.body ?? '');
  if (content === '') return deletion(identity, article.updated_at);
  const { title = '', html_url, locale, label_names = [], author_id, section_id, updated_at } = article;
  const attributes: Attributes = {
    ...(locale === undefined ? {} : { locale }),
    ...(author_id === undefined ? {} : { author: String(author_id) }),
    ...(section_id === undefined ? {} : { section: String(section_id) }),
    ...flags('label', label_names, MOST_LABELS),
  };
  return upsert(identity, {
    title,
    uri: html_url,
    content: `<main>\n${content}\n</main>`,
    acl: toAcl(article, settings),
    attributes,
    language: locale === undefined ? undefined : toLanguage(locale),
    changedAt: updated_at,
  });
}

/**
 * An article of no segment is for everybody. One of a segment is for those whom the configuration names; of several
 * segments a reader needs one, so that their lists are joined. A segment without a setting adds nobody.
 */
function toAcl({ user_segment_id, user_segment_ids = [] }: Article, settings: ArticleSettings): Acl {
  const segments = new Set([...user_segment_ids, ...(user_segment_id == null ? [] : [user_segment_id])]);
  if (segments.size === 0) return settings.acl;
  const acls = [...segments].map((id) => settings.userSegments[String(id)] ?? { allow: [] });
  if (acls.some((acl) => 'public' in acl)) return { public: true };
  return { allow: [...new Set(acls.flatMap((acl) => ('allow' in acl ? acl.allow : [])))] };
}

/** Zendesk writes locales in lower case, with `-`; the tag of a language is the same. */
function toLanguage(locale: string): string {
  return locale.toLowerCase();
}
