import { catalogue } from '@freshet/shared/errors';

/** docs/errors.md: the catalogue of coded errors. */
export function errorsPage(): string {
  const rows = Object.entries(catalogue).map(
    ([code, { status, isRetryable, title, detail }]) =>
      `| \`${code}\` | ${status} | ${isRetryable ? 'yes' : 'no'} | ${title} | ${detail} |`,
  );
  return `# Errors

Every error has a code. Over HTTP it comes as \`application/problem+json\` (RFC 9457) with \`code\`, \`isRetryable\`, \`detail\`
and \`traceId\`; in a stream as the last event, \`chat.failed\`. Programs decide by \`code\` and \`isRetryable\`; \`detail\` is for
people. This page is written from the catalogue by \`make config-docs\`; a test finds it current.

| code | status | try again | meaning | what to do |
|---|---|---|---|---|
${rows.join('\n')}
`;
}
