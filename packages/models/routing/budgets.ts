import type { Logger } from '@freshet/shared/log';
import type { RouteTable } from './route-table.ts';
import type { Spending } from './spending.ts';

export interface BudgetState {
  routes: ReadonlySet<string>;
  tenant: boolean;
}

export interface Budgets {
  /** What has spent its budget of today: routes by name, and whether the tenant has. */
  look(tenant: string): Promise<BudgetState>;
  charge(route: string, tenant: string, usd: number): void;
}

/**
 * The budgets of a table's routes and tenants, or `undefined` when it has none. A call is charged when it ends, so that
 * calls under way may exceed a budget. When spending cannot be read or written, questions are answered all the same.
 */
export function createBudgets(
  { routes, tenants }: Pick<RouteTable, 'routes' | 'tenants'>,
  spending: Spending,
  logger: Logger,
): Budgets | undefined {
  const limits = new Map(
    [...routes.values()].flatMap(({ name, budgetUsdPerDay }) =>
      budgetUsdPerDay === undefined ? [] : [[name, budgetUsdPerDay] as const],
    ),
  );
  const limitOf = (tenant: string) => (tenants.get(tenant) ?? tenants.get('*'))?.budgetUsdPerDay;
  const hasTenantLimits = [...tenants.values()].some(({ budgetUsdPerDay }) => budgetUsdPerDay !== undefined);
  if (limits.size === 0 && !hasTenantLimits) return undefined;

  async function isSpent(key: string, limit: number): Promise<boolean> {
    try {
      return (await spending.spent(key)) >= limit;
    } catch (err) {
      logger.warn({ err, key }, 'what was spent today cannot be read');
      return false;
    }
  }

  function add(key: string, usd: number): void {
    spending.add(key, usd).catch((err) => logger.warn({ err, key, usd }, 'spending cannot be counted'));
  }

  return {
    async look(tenant) {
      const tenantLimit = limitOf(tenant);
      const [isTenantSpent, ...areSpent] = await Promise.all([
        tenantLimit === undefined ? false : isSpent(`tenant:${tenant}`, tenantLimit),
        ...[...limits].map(([name, limit]) => isSpent(`route:${name}`, limit)),
      ]);
      return { tenant: isTenantSpent, routes: new Set([...limits.keys()].filter((_, i) => areSpent[i])) };
    },
    charge(route, tenant, usd) {
      if (limits.has(route)) add(`route:${route}`, usd);
      if (limitOf(tenant) !== undefined) add(`tenant:${tenant}`, usd);
    },
  };
}
