import type { TestFleet } from './fleet.ts';

/** What Prometheus gets of all four services, as one text. */
export async function scrape({ url, standalone }: TestFleet): Promise<string> {
  const urls = [url, ...Object.values(standalone.urls)];
  const texts = await Promise.all(urls.map(async (each) => (await fetch(`${each}/metrics`)).text()));
  return texts.join('\n');
}
