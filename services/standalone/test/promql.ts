/** A rule of Prometheus: it records or alerts. */
export interface Rule {
  record?: string;
  alert?: string;
  expr: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

const KEYWORDS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'on', 'ignoring', 'by', 'without']);

/**
 * The metrics and labels that an expression of PromQL names: no parser, but what is left of one when strings and
 * ranges are out of the way. Functions stand before a bracket, labels within braces or after `by`.
 */
export function namesIn(expression: string): { metrics: string[]; labels: string[] } {
  const labels: string[] = [];
  const rest = expression
    .replace(/"(\\.|[^"\\])*"/g, '""')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\{([^}]*)\}/g, (_, matchers: string) => {
      labels.push(...[...matchers.matchAll(/(\w+)\s*[=!]/g)].map(([, label]) => label as string));
      return '';
    })
    .replace(/\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g, (_, list: string) => {
      labels.push(...list.split(',').map((label) => label.trim()));
      return '';
    });
  const metrics = [...rest.matchAll(/(?<![\w:.])[a-zA-Z_:][\w:]*(?!\w|\s*\()/g)]
    .map(([name]) => name)
    .filter((name) => !KEYWORDS.has(name));
  return { metrics, labels };
}

/** Every name that the metrics of a scrape may be asked by, with its labels as docs/metrics.md has them. */
export function metricNames(scraped: string, page: string): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const [, name = '', type] of scraped.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    const row = new RegExp(`^\\| \`${name}\` \\| \\w+ \\| ([^|]*) \\|`, 'm').exec(page);
    if (!row) throw new Error(`docs/metrics.md does not have ${name}`);
    const labels = new Set([...(row[1] ?? '').matchAll(/`(\w+)`/g)].map(([, label]) => label as string));
    const suffixes =
      type === 'histogram'
        ? ['_bucket', '_sum', '_count']
        : type === 'summary'
          ? ['', '_sum', '_count']
          : [''];
    for (const suffix of suffixes) names.set(name + suffix, labels);
  }
  return names;
}
