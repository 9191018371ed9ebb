/** Buckets of a Prometheus histogram: observations that are not above `le`, cumulative. */
export interface Bucket {
  le: number;
  count: number;
}

/** Reads a histogram of these labels out of a scrape; less what it was `earlier`. */
export function readHistogram(
  scrape: string,
  name: string,
  labels: Record<string, string>,
  earlier: readonly Bucket[] = [],
): Bucket[] {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const buckets: Bucket[] = [];
  for (const [, found, value] of scrape.matchAll(new RegExp(`^${name}_bucket\\{(.*)\\} (\\d+)$`, 'gm'))) {
    if (!wanted.every((label) => found!.includes(label))) continue;
    const le = /le="([^"]+)"/.exec(found!)![1] as string;
    buckets.push({ le: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le), count: Number(value) });
  }
  return buckets.map(({ le, count }, i) => ({ le, count: count - (earlier[i]?.count ?? 0) }));
}

/** Linear within a bucket, as Prometheus's histogram_quantile; NaN of a histogram without observations. */
export function histogramPercentile(buckets: readonly Bucket[], share: number): number {
  const rank = share * (buckets.at(-1)?.count ?? 0);
  let [below, floor] = [0, 0];
  for (const { le, count } of buckets) {
    if (count >= rank && count > 0) {
      return le === Number.POSITIVE_INFINITY
        ? floor
        : floor + ((le - floor) * (rank - below)) / (count - below);
    }
    [below, floor] = [count, le];
  }
  return Number.NaN;
}
