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

/**
 * How often a page is looked at again that moved while axe looked at it, such as by a notice that
 * went away.
 */
const MOST_LOOKS = 5

/** Returns the findings of axe, one text per finding. */
export async function findings(page: Page, checked: Checked = {}): Promise<string[]> {
  for (let looks = 1; ; looks++) {
    const { found, hasMoved } = await look(page, checked)
    if (found.length === 0 || !hasMoved || looks === MOST_LOOKS) return found
  }
}

async function look(page: Page, { except = [], rules = ALL }: Checked) {
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
  const { result, hasMoved } = (await page.evaluate(
    async ([runOnly, without]) => {
      // One may have begun since all had ended.
      let hasMoved = document
        .getAnimations()
        .some(
          ({ effect, playState }) =>
            playState === 'running' && effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY,
        )
      const moved = () => {
        hasMoved = true
      }
      const starts = ['animationstart', 'transitionrun'] as const
      for (const start of starts) document.addEventListener(start, moved, true)
      const { axe } = globalThis as unknown as {
        axe: { run(context: Document, options: object): Promise<unknown> }
      }
      const result = await axe.run(document, {
        runOnly,
        rules: Object.fromEntries(without!.map(rule => [rule, { enabled: false }])),
        // Spares the details of everything that passed.
        resultTypes: ['violations'],
      })
      for (const start of starts) document.removeEventListener(start, moved, true)
      return { result, hasMoved }
    },
    [[...rules], [...except]],
  )) as { result: AxeResult; hasMoved: boolean }
  const found = result.violations
    .filter(({ id }) => !except.includes(id))
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)}\n${failureSummary}`),
    )
  return { found, hasMoved }
}

/**
 * Returns the findings with the light theme, and those on the colours of the dark one, each with
 * the name of its theme.
 */
export async function findingsInThemes(page: Page, options?: Pick<Checked, 'except'>): Promise<string[]> {
  const all = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const rules = colorScheme === 'light' ? ALL : COLOURS
    all.push(...(await findings(page, { ...options, rules })).map(finding => `${colorScheme}: ${finding}`))
  }
  return all
}
