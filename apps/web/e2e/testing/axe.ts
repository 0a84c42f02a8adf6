import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { until } from '@shoal/testing'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface AxeResult {
  readonly violations: readonly {
    readonly id: string
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
  }[]
}

const ALL = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** The rules whose outcome depends on colours. */
export const COLOURS = ['color-contrast', 'link-in-text-block']

interface Checked {
  /** Rules that are not run. */
  readonly except?: readonly string[]
  /** Rules, or tags of rules. Default: WCAG 2.2 A and AA, and good practice. */
  readonly rules?: readonly string[]
}

/** Returns the findings of axe, one text per finding. */
export async function findings(page: Page, { except = [], rules = ALL }: Checked = {}): Promise<string[]> {
  // Pictures in motion have the colours of the middle of their way.
  await until('the animations of the page have ended', () =>
    page.evaluate(async () => {
      const ending = document
        .getAnimations()
        // That of a spinner never ends.
        .filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY)
      await Promise.all(ending.map(animation => animation.finished.catch(() => {})))
      return true
    }),
  )
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE)
  const result = (await page.evaluate(
    ([runOnly, without]) =>
      (
        globalThis as unknown as { axe: { run(context: Document, options: object): Promise<unknown> } }
      ).axe.run(document, {
        runOnly,
        rules: Object.fromEntries(without!.map(rule => [rule, { enabled: false }])),
        // Spares the details of everything that passed.
        resultTypes: ['violations'],
      }),
    [[...rules], [...except]],
  )) as AxeResult
  return result.violations
    .filter(({ id }) => !except.includes(id))
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)}\n${failureSummary}`),
    )
}

/** Returns the findings with the light theme, and those on the colours of the dark one, each with the name of its theme. */
export async function findingsInThemes(page: Page, options?: Pick<Checked, 'except'>): Promise<string[]> {
  const all = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const rules = colorScheme === 'light' ? ALL : COLOURS
    all.push(...(await findings(page, { ...options, rules })).map(finding => `${colorScheme}: ${finding}`))
  }
  return all
}
