import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ServiceApp } from '@freshet/shared/service/app';

/** `GET /`: one page to ask at. Its script and style are inline, so the policy names them by their hashes. */
export async function pageRoute(app: ServiceApp) {
  const html = await readFile(new URL('../page/index.html', import.meta.url), 'utf8');
  const hashOf = (tag: string) => {
    const body = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(html)?.[1] ?? '';
    return `'sha256-${createHash('sha256').update(body).digest('base64')}'`;
  };
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf('script')}`,
    `style-src ${hashOf('style')}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

  app.get('/', { schema: { hide: true } }, async (_request, reply) => {
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', policy)
      .header('cache-control', 'no-cache');
    return html;
  });
}
